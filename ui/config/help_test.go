package config

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

func textOf(t *testing.T, in Input, args ...string) string {
	t.Helper()
	in.Args = args
	return mustParse(t, in).Text
}

// What is not offered must not be heard of; what is offered must be found everywhere.
func TestEveryTextTellsOfEveryFlagAndOfNoOther(t *testing.T) {
	now := atATerminal()
	all := everything(withConfig(atATerminal(), ""))
	for _, opt := range options(&all) {
		offered := find(options(&now), opt.name) != nil
		flag := "--" + opt.name
		if got := wordIn(textOf(t, now, "--help"), flag); got != offered {
			t.Errorf("%s stands in the help: %t, is offered: %t", flag, got, offered)
		}
		if !offered {
			if got := complaint(t, atATerminal(flag)); !strings.HasPrefix(got, `unknown flag "`+flag+`"`) {
				t.Error(got)
			}
		}
		if !wordIn(textOf(t, all, "--help"), flag) {
			t.Errorf("%s is missing in the help", flag)
		}
		if !wordIn(strings.ReplaceAll(textOf(t, all, "--man"), `\-`, "-"), flag) {
			t.Errorf("%s is missing in the man page", flag)
		}
		for _, shell := range []string{"bash", "zsh"} {
			if !wordIn(textOf(t, all, "--completion", shell), flag) {
				t.Errorf("%s is missing in %s's completions", flag, shell)
			}
		}
		if !strings.Contains(textOf(t, all, "--completion=fish"), " -l "+opt.name+" ") {
			t.Errorf("%s is missing in fish's completions", flag)
		}
	}
	if got := complaint(t, everything(atATerminal("--completion", "csh"))); got != `--completion "csh": want bash, zsh or fish; did you mean "zsh"?` {
		t.Error(got)
	}
}

// wordIn finds a flag that is not just the beginning of a longer one.
func wordIn(text, flag string) bool {
	return slices.ContainsFunc(strings.Split(text, flag)[1:], func(rest string) bool {
		return rest == "" || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz-", rune(rest[0]))
	})
}

func TestTheHelpFitsTheSmallestTerminal(t *testing.T) {
	for _, in := range []Input{atATerminal(), everything(withConfig(atATerminal(), ""))} {
		for line := range strings.Lines(textOf(t, in, "-h")) {
			if len(line) > helpWidth+1 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
				t.Errorf("%q", line)
			}
		}
	}
}

func TestTheExamplesInTheHelpWork(t *testing.T) {
	in := everything(withConfig(atATerminal(), ""))
	for _, e := range examples() {
		command, _, _ := strings.Cut(e.command, "|")
		command, _, _ = strings.Cut(command, "<")
		command, _, _ = strings.Cut(command, "&&")
		in.Args = strings.Fields(strings.ReplaceAll(command, "ID", idA))[1:]
		mustParse(t, in)
	}
}

func TestTheManualPageIsSoundRoff(t *testing.T) {
	page := textOf(t, everything(withConfig(atATerminal(), "")), "--man")
	for line := range strings.Lines(page) {
		if macro, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(line, ".") &&
			!slices.Contains([]string{".TH", ".SH", ".SS", ".TP", ".PP", ".B"}, macro) {
			t.Errorf("no macro of man(7): %q", line)
		}
	}
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("the rest needs groff")
	}
	var warnings bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "groff", "-man", "-ww", "-Tutf8")
	cmd.Stdin, cmd.Stderr = strings.NewReader(page), &warnings
	shown, err := cmd.Output()
	if err != nil || warnings.Len() > 0 {
		t.Fatalf("%v\n%s", err, warnings.Bytes())
	}
	if !bytes.Contains(shown, []byte("watch markdown2pdf.ai jobs until")) || !bytes.Contains(shown, []byte("Select jobs.")) {
		t.Errorf("%s", shown)
	}
}

func TestBashCompletes(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	script := textOf(t, everything(atATerminal()), "--completion=bash")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "my log"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "my folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line, want string // as bash splits it: "=" is a word of its own
	}{
		{"jobwatch --back", "--background"},
		{"jobwatch --no", "--no-mouse|--notify|--notify-command"},
		{"jobwatch --background ", "auto|dark|light"},
		{"jobwatch " + idA + " --background = d", "dark"},
		{"jobwatch --background =", "auto|dark|light"},
		{"jobwatch --debug my", "my folder|my log"},
		{"jobwatch --download ", "my folder"},
		{"jobwatch --rate ", ""},
		{"jobwatch ", ""},
	} {
		const run = `eval "$SCRIPT"; IFS=' ' read -ra COMP_WORDS <<<"$WORDS"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			[[ $WORDS == *' ' ]] && COMP_WORDS[++COMP_CWORD]=
			_jobwatch; IFS='|'; echo -n "${COMPREPLY[*]}"`
		cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-c", run)
		cmd.Env = append(os.Environ(), "SCRIPT="+script, "WORDS="+tt.line)
		cmd.Dir = dir
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		got := strings.Split(string(out), "|")
		slices.Sort(got) // compgen lists files in the folder's order
		if err != nil || said.Len() > 0 || strings.Join(got, "|") != tt.want {
			t.Errorf("%q: %q, want %q (%v) %s", tt.line, got, tt.want, err, said.Bytes())
		}
	}
}

func TestABuildSaysWhatItIs(t *testing.T) {
	source := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}, {Key: "vcs.modified", Value: "true"},
	}}
	for _, tt := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "dev"},
		{&debug.BuildInfo{}, "dev"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, "dev"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.4.0"}}, "v1.4.0"},
		{source, "dev-0123456789ab+dirty"},
	} {
		if got := versionOf(tt.info, tt.info != nil); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}
