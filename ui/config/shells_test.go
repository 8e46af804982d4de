//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package config

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/jobwatch/ui/terminal/termtest"
)

// shell is a folder with the completions that were printed for a shell, and things to
// complete. Without that shell the test is skipped.
func shell(t *testing.T, name string) (dir, script string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("needs " + name)
	}
	dir, script = t.TempDir(), filepath.Join(t.TempDir(), "_jobwatch")
	if err := os.WriteFile(script, []byte(textOf(t, everything(atATerminal()), "--completion="+name)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "my log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "my folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, script
}

func TestFishCompletes(t *testing.T) {
	dir, script := shell(t, "fish")
	for _, tt := range []struct{ line, want string }{
		{"jobwatch --back", "--background"},
		{"jobwatch --no", "--no-mouse|--notify|--notify-command"},
		{"jobwatch --background ", "auto|dark|light"},
		{"jobwatch " + idA + " --background=d", "--background=dark"},
		{"jobwatch --debug my", "my folder/|my log"},
		{"jobwatch --download ", "my folder/"},
		{"jobwatch --rate ", ""},
		{"jobwatch ", ""},
	} {
		cmd := exec.CommandContext(t.Context(), "fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, tt.line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		var got []string
		for line := range strings.Lines(string(out)) {
			word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t") // what follows describes it
			got = append(got, word)
		}
		slices.Sort(got)
		if err != nil || said.Len() > 0 || strings.Join(got, "|") != tt.want {
			t.Errorf("%q: %q, want %q (%v) %s", tt.line, got, tt.want, err, said.Bytes())
		}
	}
}

// Zsh completes only what is typed into it.
func TestZshCompletes(t *testing.T) {
	for name, load := range map[string]string{
		"for this shell": `autoload -Uz compinit; compinit -u -D; source "$SCRIPT"`,
		"for all shells": `fpath=(${SCRIPT:h} $fpath); autoload -Uz compinit; compinit -u -D`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, script := shell(t, "zsh")
			cmd := exec.CommandContext(t.Context(), "zsh", "-f", "-i")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "SCRIPT="+script, "PS1=> ", "TERM=xterm", "LC_ALL=C.UTF-8")
			z := termtest.Open(t, cmd, 100, 24)
			alone := func() bool { return strings.TrimSpace(z.Text()) == ">" }
			z.Until("zsh is ready", alone)
			z.Send(load + "\n")
			for _, tt := range []struct {
				typed string
				want  []string
			}{
				{"jobwatch --back\t", []string{"jobwatch --background="}},
				{"jobwatch --no\t\t", []string{"--no-mouse ", "--notify ", "--notify-command "}},
				{"jobwatch --background \t\t", []string{"auto", "dark", "light"}},
				{"jobwatch " + idA + " --background=d\t", []string{"--background=dark"}},
				{`jobwatch --debug my\ l` + "\t", []string{`my\ log`}},
				{"jobwatch --download m\t", []string{`my\ folder/`}},
				{"jobwatch -V --th\t", []string{"-V --theme="}},
			} {
				z.Send("\x15\x0c") // an empty line on an empty screen
				z.Until("the screen is empty", alone)
				z.Send(tt.typed)
				z.Sees(tt.want...)
			}
		})
	}
}
