//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/ui/terminal/termtest"
)

func TestSettingsStay(t *testing.T) {
	s := newStage(t)
	id := s.described(time.Hour, "Annual report", "")
	s.configure(`
theme = "warm"
details = "off"
background = "dark"
redact = true
[keys]
quit = "Q"
forget = ["d", "ctrl+x"]
[colors]
dim = { dark = "#123456" }
`)
	tm := termtest.Open(s, s.command(id.String()), 130, 30)
	tm.Sees("Processing", id.Short())
	tm.Send("?")
	tm.Sees("d/ctrl+x remove", "Q        quit")
	tm.Type("?", "q", "Q") // q was the key to quit
	tm.Left(0)
	raw := tm.Raw()
	for text, shown := range map[string]bool{
		"38;2;240;160;10": true, "38;2;18;52;86": true, // the theme's accent, the user's colour
		"│": false, "Annual report": false, id.String(): false, // no details, and what is redacted
	} {
		if strings.Contains(raw, text) != shown {
			t.Errorf("%q on the screen: %v", text, !shown)
		}
	}
}

func TestFlagsBeatTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	file, env, flag := newStage(t), anotherStage(t), anotherStage(t)
	file.configure(`api = "` + file.base + `"`)
	for _, tt := range []struct {
		of   *stage
		set  string
		args []string
	}{{file, "", nil}, {env, env.base, nil}, {flag, env.base, []string{"--api", flag.base}}} {
		id := tt.of.described(0, "Known here", "")
		cmd := file.command(append(tt.args, "--once", id.String())...)
		cmd.Env = append(cmd.Env, "JOBWATCH_API="+tt.set)
		if out, errs, _ := file.says(cmd); !strings.Contains(out, "Known here") {
			t.Errorf("%q %q: the wrong API was asked:\n%s%s", tt.set, tt.args, out, errs)
		}
	}
}

func TestAMistakeInTheConfigFileIsNamed(t *testing.T) {
	for config, want := range map[string]string{
		"rate = 3\nthem = 'warm'":             `:2: unknown setting "them"; did you mean "theme"?`,
		"theme = 'clam'":                      `:1: theme = "clam": want calm, warm, contrast or colorblind; did you mean "calm"?`,
		"[keys]\nforgot = 'x'":                `:2: keys: unknown action "forgot"; did you mean "forget"?`,
		"\n\n[keys]\nundo = 'ctrl-z'":         `:4: keys.undo = "ctrl-z": unknown key`,
		"[colors]\nselecton = '#fff'":         `:2: colors: unknown role "selecton"; did you mean "selection"?`,
		"notify = 'deskop'":                   `:1: notify = "deskop": want none, bell or desktop; did you mean "desktop"?`,
		"once = true":                         `:1: --once is for the command line only, not a setting`,
		"download = 'pdfs'":                   `:1: download = "pdfs": want a whole path, wherever jobwatch is started; did you mean "~/pdfs"?`,
		"rate = 2\nstate = \"C:\\Users\\me\"": `:2: invalid hexadecimal digit in unicode escape sequence; in double quotes \ begins an escape: use single quotes, as in 'C:\Users\me'`,
		"redact = 'yes'":                      `:1: redact: want true or false, without quotes`,
		"notify-command = \"a\\nb\"\n[keys":   `:2: `,
	} {
		s := anotherStage(t)
		want = "jobwatch: " + s.configure(config) + want
		tm := termtest.Open(t, s.command(), 160, 10)
		tm.Left(2)
		if got := tm.Raw(); !strings.HasPrefix(got, want) || strings.ContainsRune(got, 0x1b) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: %q, want %q", config, got, want)
		}
	}
}

// Files are where people look for them: ~ is the home folder also where no shell replaces it, and the
// help names the places on this system.
func TestPlacesAreFromTheHomeFolder(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0].String()
	s.configure("debug = '~/config/log'")
	if err := os.Mkdir(filepath.Join(s.home, "config"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("--plain", "--download=~/pdfs", id)
	cmd.Env = append(cmd.Env, "JOBWATCH_STATE=~/jobs")
	s.ended(0, cmd)
	for _, pattern := range []string{"jobs", "pdfs/*/*.pdf", "config/log"} {
		if files, _ := filepath.Glob(filepath.Join(s.home, pattern)); len(files) != 1 {
			t.Errorf("%s: %v", pattern, files)
		}
	}
	for _, page := range []string{"--help", "--print-config", "--man"} {
		text, _ := s.run(0, page)
		text = strings.NewReplacer(`\-`, "-", `\(ti`, "~").Replace(text)
		if !strings.Contains(text, "~/.config/jobwatch/config.toml") || !strings.Contains(text, "~/.local/state/jobwatch/jobs.jsonl") {
			t.Errorf("%s does not name the places:\n%s", page, text)
		}
		cmd := s.command(page)
		cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME=/etc/ann")
		if text, _ := s.ended(0, cmd); !strings.Contains(text, "/etc/ann/jobwatch/config.toml") {
			t.Errorf("%s does not follow XDG_CONFIG_HOME:\n%s", page, text)
		}
	}
}

// What is wrong with the command line is said in one line, before the screen is touched.
func TestAMistypedCommandLineIsOneClearLine(t *testing.T) {
	s := newStage(t)
	for args, says := range map[string]string{"--jsn": "--json", "not-a-job": "not-a-job", "--api ftp://x": "ftp", "--rate fast": "fast"} {
		tm := termtest.Open(s, s.command(strings.Fields(args)...), 100, 10)
		tm.Left(2)
		if raw := strings.TrimSpace(tm.Raw()); strings.ContainsAny(raw, "\x1b\n") || !strings.Contains(raw, says) {
			t.Errorf("%s: it says %q", args, raw)
		}
	}
}

// A user starts from what the program prints, and takes away the # of what differs.
func TestThePrintedConfigFileIsOne(t *testing.T) {
	s := newStage(t)
	printed, errs := s.run(0, "--print-config")
	for _, setting := range []string{"rate = 10", `theme = "calm"`, `remove-finished = "c"`, "selection = {", `notify = "desktop"`} {
		if !strings.Contains(printed, "\n# "+setting) || errs != "" {
			t.Errorf("there is no %q in\n%s%s", setting, errs, printed)
		}
	}
	all := regexp.MustCompile(`(?m)^# ([a-z-]+ = )`).ReplaceAllString(printed, "$1")
	for _, config := range []string{printed, all} {
		s.configure(config)
		if _, errs := s.run(0, "--once"); !strings.Contains(errs, "nothing to watch") {
			t.Errorf("%s\nwith\n%s", errs, config)
		}
	}
	// Run again with all defaults written out, it prints the same.
	if again, _ := s.run(0, "--print-config"); again != printed {
		t.Error("it printed something else")
	}
}

func TestNotificationsCanBeTried(t *testing.T) {
	s := newStage(t)
	file := filepath.Join(s.home, "event")
	cmd := s.command("--test-notification", "--notify-command", "cat > "+file)
	cmd.Env = append(cmd.Env, "TERM=foot")
	tm := termtest.Open(t, cmd, 100, 20)
	tm.Left(0)
	raw := tm.Raw()
	for _, want := range []string{"by OSC 777.", "\a", "\x1b]9;jobwatch: ", "\x1b]777;notify;jobwatch;", "\x1b]99;", "The notify command has run."} {
		if !strings.Contains(raw, want) {
			t.Errorf("%q is not in %q", want, raw)
		}
	}
	event, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(event), `"event":"test"`) {
		t.Errorf("the command read %q: %v", event, err)
	}
	out, errs := s.run(1, "--test-notification", "--notify=none", "--notify-command", "echo no mailbox >&2; exit 3")
	if !strings.Contains(out, "With --notify none: none at all.") || !strings.Contains(errs, "exit status 3: no mailbox") {
		t.Errorf("%s%s", out, errs)
	}
}

func TestTheProgramPrintsItsOwnCompletionsAndManual(t *testing.T) {
	s := newStage(t)
	for shell, want := range map[string]string{
		"bash": "\n# For all: jobwatch --completion bash > ", "zsh": "#compdef jobwatch\n# For all shells", "fish": "\n# For all shells: jobwatch --completion fish > ",
	} {
		out, errs := s.run(0, "--completion", shell)
		if errs != "" || !strings.Contains(out, want) {
			t.Errorf("%s: %s\n%s", shell, errs, out)
		}
		if path, err := exec.LookPath(shell); err == nil {
			check := exec.CommandContext(t.Context(), path, "-n")
			check.Stdin = strings.NewReader(out)
			if said, err := check.CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%s: %v %s", shell, err, said)
			}
		}
	}
	if out, _ := s.run(0, "--man"); !strings.HasPrefix(out, ".TH JOBWATCH 1 ") || !strings.Contains(out, `\-\-print\-config`) {
		t.Error(out)
	}
}

// A config file that a full disk cut off must not be believed to be there.
func TestAConfigFileThatCannotBePrintedIsAnError(t *testing.T) {
	s := newStage(t)
	file, err := os.OpenFile(filepath.Join(s.home, "config.toml"), os.O_RDONLY|os.O_CREATE, 0o600) // fails as a full disk does
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := s.command("--print-config")
	cmd.Stdout = file
	if _, said := s.ended(1, cmd); !strings.Contains(said, "standard output can't be written") {
		t.Error(said)
	}
}
