package config

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func textOf(t *testing.T, in Input, args ...string) string {
	t.Helper()
	in.Args = args
	return mustParse(t, in).Text
}

func TestEveryFlagIsFoundEverywhere(t *testing.T) {
	in := atATerminal()
	page := strings.ReplaceAll(textOf(t, in, "--man"), `\-`, "-")
	for _, opt := range newParser(&in).table {
		for _, command := range opt.of {
			args := strings.Fields(command) // none for the dashboard
			if flag := "--" + opt.name; !wordIn(textOf(t, in, append(args, "--help")...), flag) || !wordIn(page, flag) ||
				!wordIn(textOf(t, in, append(append([]string{"__complete"}, args...), "--")...), flag) {
				t.Errorf("%s of %q is missing in the help, the manual page or the completions", flag, command)
			}
		}
	}
	for _, c := range commands() {
		if !wordIn(textOf(t, in, "__complete", ""), c.name) || textOf(t, in, "help", c.name) != textOf(t, in, c.name, "-h") {
			t.Errorf("%s can't be completed, or has no help", c.name)
		}
	}
	if got := complaint(t, atATerminal("--completion", "csh")); got != `--completion "csh": want bash, zsh or fish; did you mean "zsh"?` {
		t.Error(got)
	}
}

// wordIn finds a flag that is not just the beginning of a longer one.
func wordIn(text, flag string) bool {
	return slices.ContainsFunc(strings.Split(text, flag)[1:], func(rest string) bool {
		return rest == "" || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz-", rune(rest[0]))
	})
}

func TestTheReadmeHasTheExitStatuses(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	for _, e := range statuses().entries {
		if row := "| " + e.name + " | " + e.about + " |\n"; err != nil || !strings.Contains(strings.ReplaceAll(string(readme), "`", ""), row) {
			t.Errorf("%v: no %s", err, row)
		}
	}
}

func TestTheHelpFitsTheSmallestTerminal(t *testing.T) {
	for _, in := range []Input{atATerminal(), withConfig(atATerminal(), "")} {
		for line := range strings.Lines(textOf(t, in, "-h")) {
			if len(line) > helpWidth+1 || strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
				t.Errorf("%q", line)
			}
		}
	}
}

func TestTheExamplesInTheHelpWork(t *testing.T) {
	in := withConfig(atATerminal(), "")
	examples, _, _ := newParser(&in).sections()
	for _, e := range examples.entries {
		command, _, _ := strings.Cut(e.name, "|")
		command, _, piped := strings.Cut(command, "<")
		in.StdinTerminal = !piped
		command, _, _ = strings.Cut(command, "&&")
		in.Args = strings.Fields(strings.ReplaceAll(command, "ID", idA))[1:]
		mustParse(t, in)
	}
}

func TestTheManualPageIsSoundRoff(t *testing.T) {
	page := textOf(t, withConfig(atATerminal(), ""), "--man")
	for line := range strings.Lines(page) {
		if macro, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(line, ".") &&
			!slices.Contains([]string{".TH", ".SH", ".SS", ".TP", ".PP", ".B"}, macro) {
			t.Errorf("no macro of man(7): %q", line)
		}
		if strings.Contains(line, `\fI\fR`) {
			t.Errorf("nothing in italics: %q", line)
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
