package terminal_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/terminal"
)

func TestColoursAreWhatTheEnvironmentSays(t *testing.T) {
	for name, c := range map[string]struct {
		env  terminal.Env
		want termenv.Profile
	}{
		"a modern terminal":               {terminal.Env{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, termenv.TrueColor},
		"the same over SSH":               {terminal.Env{"TERM": "xterm-256color"}, termenv.ANSI256},
		"xterm":                           {terminal.Env{"TERM": "xterm"}, termenv.ANSI},
		"the Linux console":               {terminal.Env{"TERM": "linux"}, termenv.ANSI},
		"kitty":                           {terminal.Env{"TERM": "xterm-kitty"}, termenv.TrueColor},
		"foot over SSH":                   {terminal.Env{"TERM": "foot"}, termenv.TrueColor},
		"tmux":                            {terminal.Env{"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, termenv.ANSI256},
		"tmux in a modern terminal":       {terminal.Env{"TERM": "screen-256color", "TMUX": "/tmp/t,1,0", "COLORTERM": "truecolor"}, termenv.TrueColor},
		"GNU screen in a modern terminal": {terminal.Env{"TERM": "screen-256color", "STY": "1.x", "COLORTERM": "truecolor"}, termenv.ANSI256},
		"Windows Terminal, through WSL":   {terminal.Env{"TERM": "xterm-256color", "WT_SESSION": "1"}, termenv.TrueColor},
		"dumb":                            {terminal.Env{"TERM": "dumb"}, termenv.Ascii},
		"NO_COLOR":                        {terminal.Env{"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "yes"}, termenv.Ascii},
		"NO_COLOR, set to nothing":        {terminal.Env{"TERM": "xterm-256color", "NO_COLOR": ""}, termenv.ANSI256},
		"NO_COLOR beats force":            {terminal.Env{"TERM": "xterm-256color", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, termenv.Ascii},
		"CLICOLOR=0":                      {terminal.Env{"TERM": "xterm-256color", "CLICOLOR": "0"}, termenv.Ascii},
		"CLICOLOR=0, but forced":          {terminal.Env{"TERM": "xterm-256color", "CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, termenv.ANSI256},
	} {
		t.Run(name, func(t *testing.T) {
			if got := terminal.Profile(c.env); got != c.want {
				t.Errorf("Profile = %v, want %v", got.Name(), c.want.Name())
			}
		})
	}
}

func TestGlyphsAreWhatTheLocaleAllows(t *testing.T) {
	for name, c := range map[string]struct {
		env  terminal.Env
		want sanitize.Charset
	}{
		"UTF-8":                            {terminal.Env{"TERM": "xterm", "LANG": "de_DE.UTF-8"}, sanitize.Unicode},
		"UTF-8, as macOS and others spell": {terminal.Env{"LC_CTYPE": "C.utf8"}, sanitize.Unicode},
		"Latin-1":                          {terminal.Env{"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, sanitize.ASCII},
		"C":                                {terminal.Env{"TERM": "xterm", "LANG": "C"}, sanitize.ASCII},
		"LC_ALL beats LANG":                {terminal.Env{"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, sanitize.ASCII},
		"LC_CTYPE beats LANG":              {terminal.Env{"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, sanitize.Unicode},
		"an empty LC_ALL is unset":         {terminal.Env{"LC_ALL": "", "LANG": "C"}, sanitize.ASCII},
		"the Linux console":                {terminal.Env{"TERM": "linux", "LANG": "de_DE.UTF-8"}, sanitize.ASCII},
		"a container without a locale":     {terminal.Env{"TERM": "xterm-256color"}, sanitize.Unicode},
		"tmux without a locale":            {terminal.Env{"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, sanitize.ASCII},
	} {
		t.Run(name, func(t *testing.T) {
			if got := terminal.Charset(c.env); got != c.want {
				t.Errorf("Charset = %v, want %v", got, c.want)
			}
		})
	}
}

func TestTheBackgroundIsToldOrAskedFor(t *testing.T) {
	xterm := terminal.Env{"TERM": "xterm-256color"}
	for name, c := range map[string]struct {
		user      string
		env       terminal.Env
		dark, ask bool
	}{
		"the flag says dark":              {"dark", terminal.Env{"TERM": "xterm", "COLORFGBG": "0;15"}, true, false},
		"the flag says light":             {"light", xterm, false, false},
		"white on black":                  {"auto", terminal.Env{"TERM": "rxvt", "COLORFGBG": "15;0"}, true, false},
		"black on white, three fields":    {"auto", terminal.Env{"TERM": "rxvt", "COLORFGBG": "0;default;15"}, false, false},
		"light grey":                      {"auto", terminal.Env{"TERM": "rxvt", "COLORFGBG": "0;7"}, false, false},
		"dark grey":                       {"auto", terminal.Env{"TERM": "rxvt", "COLORFGBG": "15;8"}, true, false},
		"COLORFGBG says default":          {"auto", terminal.Env{"TERM": "xterm", "COLORFGBG": "15;default"}, true, true},
		"COLORFGBG is nonsense":           {"auto", terminal.Env{"TERM": "xterm", "COLORFGBG": "99;77"}, true, true},
		"nothing said":                    {"auto", xterm, true, true},
		"tmux answers for its terminal":   {"auto", terminal.Env{"TERM": "screen", "TMUX": "/tmp/t,1,0"}, true, true},
		"GNU screen doesn't":              {"auto", terminal.Env{"TERM": "screen", "STY": "1.x"}, true, false},
		"the Linux console would show it": {"auto", terminal.Env{"TERM": "linux"}, true, false},
		"dumb":                            {"auto", terminal.Env{"TERM": "dumb"}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			if dark, ask := terminal.Background(c.user, c.env); dark != c.dark || ask != c.ask {
				t.Errorf("dark, ask = %v, %v, want %v, %v", dark, ask, c.dark, c.ask)
			}
		})
	}
}

func TestTheTitleIsOursAlone(t *testing.T) {
	for kind, want := range map[string]string{
		"xterm": "\x1b[22;2t\x1b[?7l\x1b]2;3/12 done – x\x07\x1b[?7h\x1b]2;\x07\x1b[23;2t",
		"linux": "\x1b[?7l\x1b[?7h",
	} {
		screen, sent := newScreen(t, terminal.Env{"TERM": kind, "LANG": "C.UTF-8"})
		screen.Enter(false)
		screen.Title("3/12 done\x07\x1b]52;c;eA==\x07\n– x")
		screen.Leave()
		if got := sent(); got != want {
			t.Errorf("%s was sent %q, want %q", kind, got, want)
		}
	}
	screen, sent := newScreen(t, terminal.Env{"TERM": "xterm"})
	screen.Title(strings.Repeat("long ", 100))
	if got := sent(); len(got) > 150 {
		t.Errorf("a title of %d bytes", len(got))
	}
}

// Another program left the keyboard in a mode of its own. Kitty's flags belong to a screen,
// so they are set while the alternate screen is on.
func TestKeysComeAsByDefaultOnOurScreen(t *testing.T) {
	for kind, want := range map[string]string{
		"xterm": "\x1b[?1049h\x1b>\x1b[?1l\x1b[>4;0m\x1b[>0u|\x1b[<u\x1b[4;1H\x1b[?1049l",
		"linux": "\x1b[?1049h|\x1b[4;1H\x1b[?1049l", // would print them
	} {
		screen, sent := newScreen(t, terminal.Env{"TERM": kind})
		screen.Resize(20, 4)
		for _, sequence := range []string{ansi.SetModeAltScreenSaveCursor, "|", ansi.ResetModeAltScreenSaveCursor} {
			_, _ = screen.WriteString(sequence)
		}
		if got := sent(); got != want {
			t.Errorf("%s was sent %q, want %q", kind, got, want)
		}
	}
}

func TestCopyingTakesTheWayThatTheTerminalHas(t *testing.T) {
	const (
		plain  = "\x1b]52;c;aWQ=\x07"
		tmux   = "\x1bPtmux;\x1b\x1b]52;c;aWQ=\x07\x1b\\"
		screen = "\x1bP\x1b]52;c;aWQ=\x07\x1b\\"
	)
	for name, c := range map[string]struct {
		env  terminal.Env
		want string
	}{
		"a terminal":           {terminal.Env{"TERM": "xterm"}, plain},
		"SSH from a tmux":      {terminal.Env{"TERM": "tmux-256color"}, plain + tmux},
		"a tmux that is gone":  {terminal.Env{"TERM": "screen", "TMUX": "/nowhere/tmux,1,0"}, plain + tmux},
		"GNU screen":           {terminal.Env{"TERM": "screen", "STY": "1.pts"}, screen},
		"SSH from some screen": {terminal.Env{"TERM": "screen-256color"}, plain + screen},
	} {
		t.Run(name, func(t *testing.T) {
			screen, sent := newScreen(t, c.env)
			if err := screen.Copy(t.Context(), "id"); err != nil {
				t.Fatal(err)
			}
			if got := sent(); got != c.want {
				t.Errorf("sent %q, want %q", got, c.want)
			}
		})
	}
}

const maxClipboard = 74_994

func TestWhatTerminalsWouldDropIsRefused(t *testing.T) {
	screen, sent := newScreen(t, terminal.Env{"TERM": "xterm"})
	err := screen.Copy(t.Context(), strings.Repeat("x", maxClipboard+1))
	if want := "74 KB is too much: terminals accept 74 KB on the clipboard"; err == nil || err.Error() != want {
		t.Errorf("Copy = %v, want %s", err, want)
	}
	if err := screen.Copy(t.Context(), strings.Repeat("x", maxClipboard)); err != nil {
		t.Error(err)
	}
	if n := len(sent()); n > 100_000 || n < maxClipboard {
		t.Errorf("%d bytes were sent", n)
	}
}

// By default tmux lets neither sequence through, but its command works.
func TestCopyingInsideTmuxReachesItsBuffer(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("no tmux here")
	}
	socket := filepath.Join(t.TempDir(), "s")
	tmux := func(args ...string) string {
		t.Helper()
		args = append([]string{"-S", socket, "-f", os.DevNull}, args...)
		// Also for the cleanup, when the test's own context has ended.
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "tmux", args...)
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %v: %v: %s", args, err, said)
		}
		return string(said)
	}
	tmux("new-session", "-d", "cat")
	t.Cleanup(func() { tmux("kill-server") })

	screen, sent := newScreen(t, terminal.Env{"TERM": "screen", "TMUX": socket + ",1,0"})
	text := strings.Repeat("01890a5d-ac96-774b-bcce-b302099a8057\n", 5000) // more than OSC 52 takes
	if err := screen.Copy(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	if more := sent(); more != "" {
		t.Errorf("%d bytes were sent, too", len(more))
	}
	if got := tmux("show-buffer"); got != text {
		t.Errorf("tmux holds %d bytes, want %d", len(got), len(text))
	}
}

// Sequences come from different goroutines.
func TestNoSequenceLandsInsideAnother(t *testing.T) {
	screen, sent := newScreen(t, nil)
	long, short := strings.Repeat("f", 9000)+"\n", "[sequence]\n"
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { screen.Send(long) })
		all.Go(func() { screen.Send(short) })
		all.Go(func() { _, _ = io.WriteString(screen, long) })
	}
	all.Wait()
	for line := range strings.Lines(sent()) {
		if line != long && line != short {
			t.Fatalf("torn: %q", line)
		}
	}
}

// A panic while a frame is drawn is reported, and later output is still written.
func TestWritingGoesOnAfterABug(t *testing.T) {
	screen, r := stalled(t)
	told := make(chan error, 1)
	screen.OnError = func(err error) { told <- err }
	_, _ = screen.WriteString("\x1b[?1049h")
	screen.Resize(-1, 4) // is the bug
	screen.Show("frame", terminal.Cursor{})
	all := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(r)
		all <- string(b)
	}()
	if broke := <-told; broke == nil {
		t.Error("the bug is not told")
	}
	screen.Resize(20, 4)
	screen.Send("after")
	screen.Flush(time.Minute)
	_ = screen.Close()
	if got := <-all; !strings.HasSuffix(got, "after") {
		t.Errorf("the end is %q", got[max(0, len(got)-20):])
	}
}

// ctrl+s for a minute, or a day: no frames are queued for the terminal, and everything else
// only up to a limit.
func TestATerminalThatTakesNothingCostsNoMemory(t *testing.T) {
	screen, _ := stalled(t)
	_, _ = screen.WriteString("\x1b[?1049h")
	screen.Resize(200, 60)
	frames := [2]string{strings.Repeat("one\n", 60), strings.Repeat("another\n", 60)}
	minute := func() uint64 {
		for n := range 20 * 60 {
			screen.Show(frames[n%2], terminal.Cursor{})
			screen.Title("a title of some length that changes all the time")
		}
		for range 20 { // what is copied is the largest of all that is sent
			_ = screen.Copy(t.Context(), strings.Repeat("x", maxClipboard))
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	minute() // until the queue is full, and its first part is being written
	first := minute()
	if more := int64(minute()) - int64(first); more > 1<<20 { //nolint:gosec // G115: far from it
		t.Errorf("a minute more takes %d KB", more>>10)
	}
	if first > 64<<20 {
		t.Errorf("it takes %d MB in all", first>>20)
	}
	runtime.KeepAlive(screen)
}

// stalled returns a Screen that has more to write than a pipe holds, and its reader.
func stalled(t *testing.T) (*terminal.Screen, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		_ = w.Close()
	})
	screen := terminal.NewScreen(w, terminal.Env{"TERM": "xterm"})
	screen.Send(strings.Repeat("-", 512<<10))
	return screen, r
}

// newScreen returns a Screen, and a function that closes it and returns what it was sent.
func newScreen(t *testing.T, env terminal.Env) (*terminal.Screen, func() string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	all := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(r)
		all <- string(b)
	}()
	screen := terminal.NewScreen(w, env)
	return screen, func() string {
		if !screen.Flush(time.Minute) {
			t.Error("the terminal takes nothing")
		}
		_ = screen.Close()
		return <-all
	}
}
