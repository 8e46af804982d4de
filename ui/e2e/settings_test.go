//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/terminal/termtest"
)

// configured is a home with this config file.
func configured(t *testing.T, config string) (home string) {
	t.Helper()
	home = t.TempDir()
	file := configFile(home)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}

func configFile(home string) string {
	return filepath.Join(home, ".config", "jobwatch", "config.toml")
}

// settled is jobwatch in a home of its own on every system, as far as its settings go.
func settled(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := program(t, home, args...)
	cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "XDG_STATE_HOME="+filepath.Join(home, ".state"))
	return cmd
}

// says runs jobwatch without a terminal, and returns what it writes and its exit status.
func says(t *testing.T, cmd *exec.Cmd) (out, errs string, status int) {
	t.Helper()
	var said strings.Builder
	cmd.Stderr = &said
	stdout, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(stdout), said.String(), cmd.ProcessState.ExitCode()
}

// lasting is a job that ends after a time, with this description; one that fails has
// a cause.
func lasting(server *simtest.Server, span time.Duration, description, cause string) job.ID {
	lives := sim.AllAtOnce(sim.Plans(1, 1))
	lives[0].Fail, lives[0].Duration, lives[0].End = cause != "", span, lives[0].Start+span
	jobs := sim.Describe(1, lives)
	jobs[0].Description, jobs[0].Cause = description, cause
	return server.Add(jobs...)[0]
}

func TestSettingsStay(t *testing.T) {
	t.Parallel()
	server, base := simulated(t)
	id := lasting(server, time.Hour, "Annual report", "")
	home := configured(t, `
api = "`+base+`"
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
	tm := termtest.Open(t, settled(t, home, id.String()), 130, 30)
	tm.Sees("Processing", id.Short())
	tm.Send("?")
	tm.Sees("d/ctrl+x remove", "Q        quit")
	tm.Type("?", "q", "Q") // q was the key to quit
	tm.Left(0)
	raw := tm.Raw()
	for what, want := range map[string]string{
		"the theme's accent": "38;2;240;160;10", "the user's colour": "38;2;18;52;86",
	} {
		if !strings.Contains(raw, want) {
			t.Errorf("%s is not on the screen", what)
		}
	}
	if strings.Contains(raw, "│") {
		t.Error("details are on the screen")
	}
	if strings.Contains(raw, "Annual report") || strings.Contains(raw, id.String()) {
		t.Error("what was to be redacted is on the screen")
	}
}

func TestFlagsBeatTheEnvironmentWhichBeatsTheFile(t *testing.T) {
	inFile, file := simulated(t)
	inEnv, env := simulated(t)
	inFlag, flag := simulated(t)
	home := configured(t, `api = "`+file+`"`)
	for _, tt := range []struct {
		id   job.ID
		set  string
		args []string
	}{
		{lasting(inFile, 0, "Known to the file's API", ""), "", nil},
		{lasting(inEnv, 0, "Known to the environment's", ""), "JOBWATCH_API=" + env, nil},
		{lasting(inFlag, 0, "Known to the flag's", ""), "JOBWATCH_API=" + env, []string{"--api", flag}},
	} {
		cmd := settled(t, home, append(tt.args, "--once", tt.id.String())...)
		cmd.Env = append(cmd.Env, tt.set)
		if out, errs, _ := says(t, cmd); !strings.Contains(out, "Known to the") {
			t.Errorf("%q %q: the wrong API was asked:\n%s%s", tt.set, tt.args, out, errs)
		}
	}
}

func TestAMistakeInTheConfigFileIsNamed(t *testing.T) {
	for config, want := range map[string]string{
		"rate = 3\nthem = 'warm'":           `:2: unknown setting "them"; did you mean "theme"?`,
		"theme = 'clam'":                    `:1: theme = "clam": want calm, warm, contrast or colorblind; did you mean "calm"?`,
		"[keys]\nforgot = 'x'":              `:2: keys: unknown action "forgot"; did you mean "forget"?`,
		"\n\n[keys]\nundo = 'ctrl-z'":       `:4: keys.undo = "ctrl-z": unknown key`,
		"[colors]\nselecton = '#fff'":       `:2: colors: unknown role "selecton"; did you mean "selection"?`,
		"notify = 'deskop'":                 `:1: notify = "deskop": want none, bell or desktop; did you mean "desktop"?`,
		"once = true":                       `:1: --once is for the command line only, not a setting`,
		"redact = 'yes'":                    `:1: redact: want true or false, without quotes`,
		"notify-command = \"a\\nb\"\n[keys": `:2: `,
	} {
		home := configured(t, config)
		tm := termtest.Open(t, settled(t, home), 160, 10)
		tm.Left(2)
		if got := tm.Raw(); !strings.HasPrefix(got, "jobwatch: "+configFile(home)+want) || strings.ContainsRune(got, 0x1b) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: %q, want %q", config, got, want)
		}
	}
}

// A user starts from what the program prints, and takes away the # of what differs.
func TestThePrintedConfigFileIsOne(t *testing.T) {
	printed, errs, status := says(t, settled(t, t.TempDir(), "--print-config"))
	if status != 0 || errs != "" {
		t.Fatalf("exit status %d: %s", status, errs)
	}
	for _, setting := range []string{"rate = 10", `theme = "calm"`, `remove-finished = "c"`, "selection = {", `notify = "desktop"`} {
		if !strings.Contains(printed, "\n# "+setting) {
			t.Errorf("there is no %q in\n%s", setting, printed)
		}
	}
	all := regexp.MustCompile(`(?m)^# ([a-z-]+ = )`).ReplaceAllString(printed, "$1")
	for _, config := range []string{printed, all} {
		if out, errs, status := says(t, settled(t, configured(t, config), "--once")); status != 0 || !strings.Contains(errs, "nothing to watch") {
			t.Errorf("exit status %d:\n%s%s\nwith\n%s", status, out, errs, config)
		}
	}
	// Run again with all defaults written out, it prints the same.
	if again, _, _ := says(t, settled(t, configured(t, all), "--print-config")); again != printed {
		t.Error("it printed something else")
	}
}

func TestOneLookSaysHowThingsStand(t *testing.T) {
	t.Parallel()
	server, base := simulated(t)
	done, running, failed := lasting(server, 0, "Ready", ""), lasting(server, time.Hour, "Under way", ""), lasting(server, 0, "Broken", "no such font")
	home := t.TempDir()
	look := func(args ...string) (string, int) {
		t.Helper()
		out, errs, status := says(t, settled(t, home, append([]string{"--once", "--api", base}, args...)...))
		if errs != "" {
			t.Errorf("%q: %s", args, errs)
		}
		return out, status
	}
	out, status := look("--batch", "may", done.String(), running.String())
	if status != 8 || !strings.HasPrefix(out, "JOB ") || strings.Count(out, "\n") != 3 || strings.Contains(out, "\x1b") {
		t.Errorf("exit status %d, want 8 (some are unfinished):\n%s", status, out)
	}
	for _, text := range []string{done.Short() + "  Done ", running.Short() + "  Processing ", "may", "Under way"} {
		if !strings.Contains(out, text) {
			t.Errorf("%q is not in\n%s", text, out)
		}
	}
	if out, status := look(done.String()); status != 0 {
		t.Errorf("exit status %d for a Done job:\n%s", status, out)
	}
	if out, status := look(failed.String(), running.String()); status != 1 || !strings.Contains(out, "no such font") {
		t.Errorf("exit status %d for a failed job:\n%s", status, out)
	}
	// Without jobs: all that are tracked and unfinished.
	out, status = look("--json")
	var o struct{ ID, Status string }
	if err := json.Unmarshal([]byte(out), &o); err != nil || status != 8 || o.ID != running.String() || o.Status != "Processing" {
		t.Errorf("exit status %d, %v:\n%s", status, err, out)
	}
}

func TestRedactedLinesGiveNothingAway(t *testing.T) {
	t.Parallel()
	server, base := simulated(t)
	ids := []job.ID{lasting(server, 0, "Salaries", ""), lasting(server, 0, "Salaries", "Salaries is no Markdown")}
	for _, args := range [][]string{{"--plain"}, {"--json"}, {"--once"}, {"--once", "--json"}} {
		args = append(args, "--redact", "--api", base, ids[0].String(), ids[1].String())
		out, errs, status := says(t, settled(t, t.TempDir(), args...))
		if status != 1 || !strings.Contains(out, ids[0].Short()) || !strings.Contains(out+errs, "… is no Markdown") {
			t.Errorf("%q: exit status %d\n%s%s", args[:2], status, out, errs)
		}
		for _, secret := range []string{"Salaries", ids[0].String(), ids[1].String()} {
			if strings.Contains(out+errs, secret) {
				t.Errorf("%q: %q is in\n%s%s", args[:2], secret, out, errs)
			}
		}
	}
	tm := termtest.Open(t, settled(t, t.TempDir(), "--redact", "--api", base, ids[0].String(), ids[1].String()), 100, 30)
	tm.Sees("2/2")
	tm.Send("q")
	tm.Left(0)
	if raw := tm.Raw(); strings.Contains(raw, "Salaries") || !strings.Contains(tm.Text(), ids[1].Short()+" Error: … is no Markdown") {
		t.Errorf("the receipt:\n%s", tm.Text())
	}
}

func TestNotificationsCanBeTried(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(home, "event")
	cmd := settled(t, home, "--test-notification", "--notify-command", "cat > "+file)
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
	out, errs, status := says(t, settled(t, home, "--test-notification", "--notify=none", "--notify-command", "echo no mailbox >&2; exit 3"))
	if status != 1 || !strings.Contains(out, "With --notify none: none at all.") || !strings.Contains(errs, "exit status 3: no mailbox") {
		t.Errorf("exit status %d: %s%s", status, out, errs)
	}
}

func TestTheProgramPrintsItsOwnCompletionsAndManual(t *testing.T) {
	for shell, want := range map[string]string{
		"bash": "\n# For all: jobwatch --completion bash > ", "zsh": "#compdef jobwatch\n# For all shells", "fish": "\n# For all shells: jobwatch --completion fish > ",
	} {
		out, errs, status := says(t, settled(t, t.TempDir(), "--completion", shell))
		if status != 0 || errs != "" || !strings.Contains(out, want) {
			t.Errorf("%s, exit status %d: %s\n%s", shell, status, errs, out)
		}
		if path, err := exec.LookPath(shell); err == nil {
			check := exec.CommandContext(t.Context(), path, "-n")
			check.Stdin = strings.NewReader(out)
			if said, err := check.CombinedOutput(); err != nil || len(said) > 0 {
				t.Errorf("%s: %v %s", shell, err, said)
			}
		}
	}
	out, _, status := says(t, settled(t, t.TempDir(), "--man"))
	if status != 0 || !strings.HasPrefix(out, ".TH JOBWATCH 1 ") || !strings.Contains(out, `\-\-print\-config`) {
		t.Errorf("exit status %d:\n%s", status, out)
	}
}

// Whoever writes the config file on a full disk must not believe that it is there.
func TestAConfigFileThatCannotBePrintedIsAnError(t *testing.T) {
	home := t.TempDir()
	file, err := os.OpenFile(filepath.Join(home, "config.toml"), os.O_RDONLY|os.O_CREATE, 0o600) // fails as a full disk does
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	cmd := settled(t, home, "--print-config")
	cmd.Stdout = file
	var said strings.Builder
	cmd.Stderr = &said
	_ = cmd.Run()
	if status := cmd.ProcessState.ExitCode(); status != 1 || !strings.Contains(said.String(), "standard output can't be written") {
		t.Errorf("exit status %d: %s", status, said.String())
	}
}

func TestTheDemoCanBeLookedAtWithoutAScreen(t *testing.T) {
	out, errs, status := says(t, settled(t, t.TempDir(), "--demo", "--once"))
	if n := strings.Count(out, "\n"); status != 8 || n < 20 || errs != "" {
		t.Errorf("exit status %d, %d lines: %s\n%s", status, n, errs, out)
	}
}
