package notify_test

import (
	"strings"
	"testing"

	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/terminal"
)

func TestEachTerminalIsToldInItsOwnWay(t *testing.T) {
	const (
		osc9   = "\x1b]9;jobwatch: all done, 2\a"
		osc99  = "\x1b]99;i=jobwatch:d=0:p=title;jobwatch\a\x1b]99;i=jobwatch:d=1:p=body;all done, 2\a"
		osc777 = "\x1b]777;notify;jobwatch;all done, 2\a"
		bell   = "\a"
	)
	for name, c := range map[string]struct {
		env  terminal.Env
		want string
	}{
		"kitty":                       {terminal.Env{"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, osc99},
		"iTerm2":                      {terminal.Env{"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, osc9},
		"iTerm2, over SSH":            {terminal.Env{"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, osc9},
		"Ghostty":                     {terminal.Env{"TERM": "xterm-ghostty"}, osc777},
		"WezTerm":                     {terminal.Env{"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, osc777},
		"foot":                        {terminal.Env{"TERM": "foot"}, osc777},
		"foot, started from kitty":    {terminal.Env{"TERM": "foot", "KITTY_WINDOW_ID": "1"}, osc777},
		"VS Code, started from kitty": {terminal.Env{"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "KITTY_WINDOW_ID": "1"}, bell},
		"Windows Terminal":            {terminal.Env{"WT_SESSION": "1"}, bell},
		"GNOME Terminal":              {terminal.Env{"TERM": "xterm-256color", "VTE_VERSION": "7600"}, bell},
		"xterm":                       {terminal.Env{"TERM": "xterm"}, bell},
		"the console":                 {terminal.Env{"TERM": "linux"}, bell},
		"tmux in kitty":               {terminal.Env{"TERM": "tmux-256color", "TMUX": "/t,1,0", "TERM_PROGRAM": "tmux", "KITTY_WINDOW_ID": "1"}, inTmux(osc99) + bell},
		"screen in iTerm2":            {terminal.Env{"TERM": "screen", "STY": "1.x", "ITERM_SESSION_ID": "x"}, "\x1bP" + osc9 + "\x1b\\" + bell},
		"tmux in something":           {terminal.Env{"TERM": "tmux-256color", "TMUX": "/t,1,0", "TERM_PROGRAM": "tmux"}, bell},
	} {
		t.Run(name, func(t *testing.T) {
			for mode, want := range map[string]string{notify.Desktop: c.want, notify.Bell: bell, notify.None: ""} {
				if got := notify.Sequence(c.env, mode, "all done, 2"); got != want {
					t.Errorf("%s, by %v: %q, want %q", mode, notify.WayOf(c.env), got, want)
				}
			}
		})
	}
}

// --test-notification tries what a terminal may turn out to take, but prints no
// rubbish where nothing is taken.
func TestEveryWayCanBeTried(t *testing.T) {
	env := terminal.Env{"TERM": "tmux-256color", "TMUX": "/t,1,0"}
	var all strings.Builder
	for _, way := range notify.Ways(env) {
		all.WriteString(way.Sequence(env, "this one came by "+string(way)))
	}
	if want := "\a" + inTmux("\x1b]9;jobwatch: this one came by OSC 9\a") +
		inTmux("\x1b]777;notify;jobwatch;this one came by OSC 777\a") +
		inTmux("\x1b]99;i=jobwatch:d=0:p=title;jobwatch\a\x1b]99;i=jobwatch:d=1:p=body;this one came by OSC 99\a"); all.String() != want {
		t.Errorf("%q", all.String())
	}
	if ways := notify.Ways(terminal.Env{"TERM": "linux"}); len(ways) != 1 || ways[0] != notify.ByBell {
		t.Errorf("the console is tried by %v", ways)
	}
}

func inTmux(sequence string) string {
	return "\x1bPtmux;" + strings.ReplaceAll(sequence, "\x1b", "\x1b\x1b") + "\x1b\\"
}

func TestAHostileCauseStaysAText(t *testing.T) {
	env := terminal.Env{"TERM": "foot"}
	got := notify.Sequence(env, notify.Desktop, "Font; missing\a\x1b]52;c;eA==\a\n"+strings.Repeat("x", 1000))
	if want := "\x1b]777;notify;jobwatch;Font, missing "; !strings.HasPrefix(got, want) || len(got) > 300 ||
		strings.Count(got, "\x1b") != 1 || strings.Count(got, "\a") != 1 {
		t.Errorf("%q", got)
	}
}

func TestProgressGoesOnlyWhereItIsUnderstood(t *testing.T) {
	for name, c := range map[string]struct {
		env  terminal.Env
		want string
	}{
		"Windows Terminal":    {terminal.Env{"WT_SESSION": "1"}, "\x1b]9;4;1;72\a"},
		"ConEmu":              {terminal.Env{"ConEmuANSI": "ON"}, "\x1b]9;4;1;72\a"},
		"Ghostty":             {terminal.Env{"TERM": "xterm-ghostty"}, "\x1b]9;4;1;72\a"},
		"iTerm2":              {terminal.Env{"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.10"}, "\x1b]9;4;1;72\a"},
		"iTerm2 of yesterday": {terminal.Env{"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.5"}, ""},
		"GNOME Terminal":      {terminal.Env{"TERM": "xterm-256color", "VTE_VERSION": "8000"}, "\x1b]9;4;1;72\a"},
		"an older one":        {terminal.Env{"TERM": "xterm-256color", "VTE_VERSION": "7600"}, ""},
		"kitty from GNOME's":  {terminal.Env{"TERM": "xterm-kitty", "VTE_VERSION": "8000"}, ""},
		"tmux in GNOME's":     {terminal.Env{"TERM": "tmux-256color", "VTE_VERSION": "8000", "TMUX": "/t,1,0"}, inTmux("\x1b]9;4;1;72\a")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := notify.Progress(c.env, 72, false); got != c.want {
				t.Errorf("Progress = %q, want %q", got, c.want)
			}
			if got := notify.Progress(c.env, -1, false); (got == "") != (c.want == "") {
				t.Errorf("Clear = %q", got)
			}
		})
	}
	env := terminal.Env{"WT_SESSION": "1"}
	if got, want := notify.Progress(env, 172, true)+notify.Progress(env, -1, false), "\x1b]9;4;2;100\a\x1b]9;4;0\a"; got != want {
		t.Errorf("failed, then cleared: %q, want %q", got, want)
	}
}

func TestManyEventsBecomeOneSentence(t *testing.T) {
	finished := func(batch string, done, failed int) notify.Event {
		return notify.Event{Kind: notify.BatchFinished, Batch: batch, Done: done, Failed: failed}
	}
	failed := func(description, cause string) notify.Event {
		return notify.Event{Kind: notify.JobFailed, ID: "01890a5d-ac96-774b-bcce-b302099a8057", Description: description, Cause: cause}
	}
	away := func(seconds int) notify.Event { return notify.Event{Kind: notify.APIAway, Seconds: seconds} }
	for want, events := range map[string][]notify.Event{
		"":                                 nil,
		"batch Invoices finished: 12 done": {finished("Invoices", 12, 0)},
		"batch Invoices finished: 11 done, 1 failed":        {finished("Invoices", 11, 1)},
		"2 batches finished: 14 done, 1 failed":             {finished("a", 4, 0), finished("b", 10, 1)},
		"01890a5d failed: font missing":                     {failed("", "font missing")},
		"01890a5d failed":                                   {failed("", "")},
		"3 jobs failed; the API has not answered for 2 min": {failed("", ""), away(130), failed("", ""), failed("", "")},
		"batch a finished: 1 done; b failed; the API answers again, after 59 s": {
			away(50), finished("a", 1, 0), failed("b", ""), {Kind: notify.APIBack, Seconds: 59},
		},
	} {
		if got := notify.Sentence(events); got != want {
			t.Errorf("Sentence = %q, want %q", got, want)
		}
	}
}
