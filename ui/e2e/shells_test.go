//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/jobwatch/ui/terminal/termtest"
)

// Somebody loads the completions into a shell that has nothing else, and types.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	const id = "01890a5d-ac96-774b-bcce-b302099a8057"
	bash, zsh := []string{"bash", "--norc", "--noprofile", "-i"}, []string{"zsh", "-f", "-i"}
	fish := []string{"fish", "--no-config", "-i", "-C", `function fish_prompt; echo "> "; end`}
	for name, tt := range map[string]struct {
		shell []string
		load  string
	}{
		"bash":                {bash, `source "$SCRIPT"`},
		"bash, for one shell": {bash, `source <(jobwatch --completion bash)`},
		"zsh, for one shell":  {zsh, `autoload -Uz compinit; compinit -u -D; source "$SCRIPT"`},
		"zsh":                 {zsh, `fpath=(${SCRIPT:h} $fpath); autoload -Uz compinit; compinit -u -D`},
		"fish":                {fish, `source $SCRIPT`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			if _, err := exec.LookPath(tt.shell[0]); err != nil {
				t.Skip("needs " + tt.shell[0])
			}
			dir, file := t.TempDir(), filepath.Join(s.home, "_jobwatch")
			script, _ := s.run(0, "--completion", tt.shell[0])
			if err := errors.Join(os.WriteFile(file, []byte(script), 0o600),
				os.WriteFile(filepath.Join(dir, "my log"), nil, 0o600), os.Mkdir(filepath.Join(dir, "my folder"), 0o700)); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), tt.shell[0], tt.shell[1:]...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "HOME="+s.home, "SCRIPT="+file, "PS1=> ", "TERM=xterm",
				"LC_ALL=C.UTF-8", "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
			tm := termtest.Open(t, cmd, 100, 30)
			tm.Until("the shell is ready", func() bool { return strings.HasSuffix(strings.TrimSpace(tm.Text()), ">") })
			tm.Send(tt.load + "\n")
			for _, try := range []struct {
				typed string
				want  []string
			}{
				{"jobwatch --back\tx", []string{"jobwatch --background x"}},
				{"jobwatch --no\t\t", []string{"--no-mouse ", "--notify ", "--notify-command "}},
				{"jobwatch --background \t\t", []string{"auto", "dark", "light"}},
				{"jobwatch " + id + " --background=d\t", []string{"--background=dark"}},
				{`jobwatch --debug my\ l` + "\t", []string{`my\ log`}},
				{"jobwatch --download m\t", []string{`my\ folder/`}},
				{"jobwatch -V --th\tx", []string{"-V --theme x"}},
				{"jobwatch --rate nonsense --onc\tx", []string{"nonsense --once x"}},
				{"jobwatch rem\tx", []string{"jobwatch remove x"}},
				{"jobwatch remove --fin\tx", []string{"jobwatch remove --finished x"}},
				{"jobwatch download -D m\t", []string{`-D my\ folder/`}},
				{"jobwatch list --on\tx", []string{"jobwatch list --onx"}},
				{"jobwatch --rate \t\tx\t", []string{"jobwatch --rate x"}},
				{"jobwatch \t\tx\t", []string{"jobwatch x"}},
			} {
				tm.Send("\x15\x0c") // an empty line on an empty screen
				tm.Until("the screen is empty", func() bool { return strings.HasSuffix(strings.TrimSpace(tm.Text()), ">") })
				tm.Send(try.typed)
				tm.Sees(try.want...)
			}
		})
	}
}
