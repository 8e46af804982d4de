//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/store/storetest"
	"example.com/jobwatch/ui/terminal/termtest"
)

// monkeyEnv sets the number of actions, shared by eight seeds; without it, one seed does
// 200. The same number and seed repeat the same actions:
//
//	JOBWATCH_MONKEY=20000 go test -run Monkey -timeout 0 -v ./ui/e2e
//	JOBWATCH_MONKEY=20000 go test -run 'Monkey/seed_3$' -timeout 0 -v ./ui/e2e
const monkeyEnv = "JOBWATCH_MONKEY"

// A monkey uses the real program at random: keys, pastes, cut sequences, window sizes, a
// second window, faults of the API. jobwatch must survive, respond, draw the screen
// correctly, write only text and known sequences, and lose no job that was not removed.
func TestAMonkey(t *testing.T) {
	t.Parallel()
	seeds, actions := uint64(1), 200
	if all, err := strconv.Atoi(os.Getenv(monkeyEnv)); err == nil {
		seeds, actions = 8, all/8
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			newMonkey(t, seed+1).play(actions)
		})
	}
}

const (
	separate    = 60 * time.Millisecond // keys that come so much later are keys of their own
	soon        = 5 * time.Second       // the longest wait for the screen, on a loaded machine
	remembered  = 30                    // actions shown after a failure
	explains    = 5                     // rests after which a removal must be in the state file
	redrawEvery = 15                    // rests between two whole redraws
)

// monkey performs random actions and checks the program after them.
type monkey struct {
	*stage
	*rand.Rand
	tm         *termtest.Terminal
	other      *store.Store // another window
	otherWrote time.Time    // when it last changed the state file

	log    []action
	queued []action // the next actions
	typing int      // the number of actions left in a prompt

	width, height       int
	maxWidth, maxHeight int // since the program is known to have drawn for the current size
	checked             int // bytes of the output
	rests               int
	lastRemoval         int             // the number of rests when an action may have removed jobs
	state               string          // the state file, as last read
	known               map[job.ID]bool // every ID that was ever shown to jobwatch
	ids                 []job.ID        // the same, in order
	tracked             map[job.ID]bool // in the state file
	due, taken          map[job.ID]bool // sure to come there; removed by the other window

	done, compared int
	slowest        time.Duration
}

// action is one step of a monkey.
type action struct {
	name    string
	keys    string // what to type
	do      func() // what to do instead of typing keys
	apart   bool   // comes after a pause, as separate keys
	leaves  bool   // may quit or suspend jobwatch
	removes bool   // may remove jobs without a question
}

func newMonkey(t *testing.T, seed uint64) *monkey {
	t.Helper()
	m := &monkey{
		stage: newStage(t), Rand: rand.New(rand.NewPCG(seed, 0)), lastRemoval: -explains,
		known: make(map[job.ID]bool), due: make(map[job.ID]bool), taken: make(map[job.ID]bool),
	}
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		var log strings.Builder
		for _, a := range m.log[max(len(m.log)-remembered, 0):] {
			fmt.Fprintf(&log, "%s\n", a)
		}
		t.Logf("seed %d, after %d actions, the last of them\n%sthe screen of %dx%d\n%s", seed, m.done, &log, m.width, m.height, m.tm.Text())
	})
	m.open()
	var err error
	if m.other, _, err = store.Open(t.Context(), store.OSDisk{}, m.folder("jobs.jsonl")); err != nil {
		t.Fatal(err)
	}
	return m
}

func (a action) String() string {
	keys := strconv.QuoteToASCII(a.keys)
	if len(keys) > 200 {
		keys = fmt.Sprintf("%s… %d bytes", keys[:200], len(a.keys))
	}
	return a.name + " " + keys
}

// withShell runs jobwatch below a shell, which resumes it at the next line of input
// whenever it is suspended.
const withShell = `set -m
"$0" "$@"; status=$?
while [ -n "$(jobs -s)" ]; do echo it stopped; read -r line; fg %+ >/dev/null; status=$?; done
exit $status`

// open starts jobwatch, below a bash if there is one. Under the race detector there must be
// none: Bubble Tea has a race at repeated suspensions (see [TestSentToTheBackground]).
func (m *monkey) open() {
	m.Helper()
	m.width, m.height, m.maxWidth, m.maxHeight, m.checked = 100, 30, 100, 30, 0
	args := []string{binary, "--rate", "40"}
	if bash, err := exec.LookPath("bash"); err == nil && !racing() {
		args = append([]string{bash, "-c", withShell}, args...)
	}
	cmd := exec.CommandContext(context.WithoutCancel(m.Context()), args[0], args[1:]...)
	cmd.Dir = m.TempDir() // for exports
	viewers := m.TempDir()
	for _, name := range []string{"xdg-open", "open"} {
		if err := os.WriteFile(filepath.Join(viewers, name), []byte("#!/bin/sh\n"), 0o700); err != nil { //nolint:gosec // it is run
			m.Fatal(err)
		}
	}
	cmd.Env = m.env("PATH=" + viewers + string(filepath.ListSeparator) + os.Getenv("PATH"))
	m.tm = termtest.Open(m, cmd, m.width, m.height)
	m.tm.Sees("? help")
}

// play performs the actions and quits.
func (m *monkey) play(actions int) {
	m.Helper()
	begun := time.Now()
	for m.done < actions {
		m.act(m.next())
		if m.Float64() < 0.25 {
			m.rest()
		}
	}
	m.api.Mend()
	m.act(m.home())
	m.rest()
	m.checkScreen()
	m.saved()
	m.idle()
	m.tm.Send("q")
	m.tm.Left(0)
	m.checkState()
	m.Logf("%d actions in %v, checked %d times, the screen compared %d times and redrawn within %v; %d of %d jobs are still tracked",
		m.done, time.Since(begun).Round(time.Second), m.rests, m.compared, m.slowest.Round(time.Millisecond), len(m.tracked), len(m.known))
}

// act performs an action. It closes the window of a jobwatch that stops reading.
func (m *monkey) act(a action) {
	m.Helper()
	if a.apart || a.leaves {
		m.rest()
	}
	m.done++
	m.log = append(m.log, a)
	if a.removes || strings.Contains(m.tm.Text(), "y/n") {
		m.lastRemoval = m.rests
		clear(m.due)
	}
	hangs := time.AfterFunc(termtest.Patience, m.tm.HangUp)
	defer hangs.Stop()
	if a.do != nil {
		a.do()
	} else {
		m.tm.Send(a.keys)
	}
	if a.leaves {
		m.comeBack()
	}
	if m.Failed() {
		m.FailNow()
	}
}

// rest pauses, so that the next key is a separate one, and checks the program.
func (m *monkey) rest() {
	m.Helper()
	<-time.After(separate)
	m.checkOutput()
	m.checkState()
	if m.rests++; m.rests%redrawEvery == 0 {
		m.checkScreen()
	}
	if m.Failed() {
		m.FailNow()
	}
}

// quiet waits until nothing was written for d, or most has passed, and reports which.
func (m *monkey) quiet(d, most time.Duration) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	begun, since, size := time.Now(), time.Now(), m.written()
	for range tick.C {
		now := m.written()
		switch {
		case now != size:
			size, since = now, time.Now()
		case time.Since(since) >= d:
			return true
		case time.Since(begun) >= most:
			return false
		}
	}
	return false
}

// written is how many bytes were written to the terminal.
func (m *monkey) written() int { return m.checked + len(m.tm.Since(m.checked)) }

// comeBack restarts jobwatch if it has quit, and resumes it if it was suspended.
func (m *monkey) comeBack() {
	m.Helper()
	<-time.After(separate)
	before := m.checked
	left := func() bool { return strings.Contains(m.tm.Since(before), ansi.ResetModeAltScreenSaveCursor) }
	m.redrawn(m.resizeTwice, left)
	if !left() {
		return
	}
	m.tm.Until("for its end, or the shell", func() bool {
		return m.tm.Ended() || strings.Contains(m.tm.Since(before), "it stopped")
	})
	if m.tm.Ended() {
		m.tm.Left(0)
		m.open()
		return
	}
	m.tm.Restored()
	m.tm.Until("for the shell's mode", m.tm.Cooked)
	before = m.written()
	m.tm.Send("\r")
	m.tm.Until("for the screen", func() bool { return strings.Contains(m.tm.Since(before), ansi.SetModeAltScreenSaveCursor) })
	m.checked = before + strings.Index(m.tm.Since(before), ansi.SetModeAltScreenSaveCursor)
}

// finals are the last bytes of the control sequences that jobwatch writes: cursor
// positions, erasing, styles, modes, the title and keyboard protocols.
const finals = "GHJKmhltu"

// checkOutput checks what was written since the last time: text inside the screen, and
// sequences that jobwatch uses.
func (m *monkey) checkOutput() {
	m.Helper()
	text := m.tm.Since(m.checked)
	if m.tm.Ended() || strings.Contains(text, ansi.ResetModeAltScreenSaveCursor) {
		m.Fatalf("it left the screen with exit status %d: %q", m.tm.Wait(), text[max(len(text)-500, 0):])
	}
	parser := ansi.NewParser()
	row, x := 0, 0
	for len(text) > 0 && utf8.FullRuneInString(text) {
		sequence, width, n, state := ansi.DecodeSequence(text, ansi.NormalState, parser)
		if state != ansi.NormalState || n == len(text) && width > 0 {
			break // there may be more of it
		}
		text = text[n:]
		m.checked += n
		cmd := ansi.Cmd(parser.Command())
		switch {
		case width > 0:
			if x += width; x > m.maxWidth || row >= m.maxHeight {
				m.Fatalf("%q is written to row %d, column %d of %dx%d", sequence, row, x-width, m.maxWidth, m.maxHeight)
			}
		case strings.HasPrefix(sequence, "\x1b[") && strings.IndexByte(finals, cmd.Final()) >= 0:
			switch first, _ := parser.Param(0, 1); cmd.Final() {
			case 'H':
				second, _ := parser.Param(1, 1)
				row, x = first-1, second-1
			case 'G':
				x = first - 1
			}
		case strings.HasPrefix(sequence, "\x1b]"), sequence == "\a", sequence == "\x1b>":
		case sequence == "\r" || sequence == "\n":
			x = 0
		case utf8.ValidString(sequence) && !strings.ContainsFunc(sequence, unicode.IsControl): // of no width
		default:
			m.Fatalf("%q is written", sequence)
		}
	}
}

// checkState checks that the state file lost no job without a removal, and gained none
// that jobwatch was never given.
func (m *monkey) checkState() {
	m.Helper()
	state := m.stage.state()
	if state == m.state {
		return
	}
	m.state = state
	contents, damaged, err := storetest.Replay(state)
	if err != nil || damaged > 0 {
		m.Fatalf("the state file: %d damaged lines, %v", damaged, err)
	}
	now := make(map[job.ID]bool, len(contents.Jobs))
	for _, j := range contents.Jobs {
		now[j.ID] = true
		delete(m.due, j.ID)
		if !m.known[j.ID] {
			m.Errorf("%v is tracked and was never shown", j.ID)
		}
	}
	for id := range m.tracked {
		if !now[id] && !m.taken[id] && m.rests-m.lastRemoval > explains {
			m.Errorf("%v was removed, and not by the actions since the last %d rests", id, explains)
		}
	}
	m.tracked = now
}

// moving matches what changes on a screen without an answer of the API: ages, forecasts,
// bars.
var moving = regexp.MustCompile(`just now|now|estimating|stale|by|ago|in|req/s|/|[0-9.,:~<%-]+(ms|s|m|h|d)?|[ …─━╌▁-▏]+`)

// checkScreen compares the screen, which was drawn change by change, with a whole redraw.
func (m *monkey) checkScreen() {
	m.Helper()
	polls := m.api.Stats()
	m.quiet(3*separate, 9*separate)
	m.checkOutput()
	before := m.rows()
	m.redrawn(m.resizeTwice, m.Failed)
	unchanged := m.quiet(2*separate, 4*separate)
	m.checkOutput()
	m.maxWidth, m.maxHeight = m.width, m.height
	after := m.rows()
	now := m.api.Stats()
	unchanged = unchanged && !strings.Contains(strings.Join(before, ""), "saving ") && polls.InFlight == 0 && polls.Requests == now.Requests && time.Since(m.otherWrote) > 3*time.Second/2
	forecasts := func(rows []string) int { // the lines of the pane that come and go with time
		return len(regexp.MustCompile(`Ready  |likely between|waits ~`).FindAllString(ansi.Strip(strings.Join(rows, "\n")), -1))
	}
	if !unchanged || forecasts(before) != forecasts(after) {
		return // there may be news on the screen
	}
	m.compared++
	for y := range len(after) - 1 { // the last row has notes, which come and go
		was, is := ansi.Strip(before[y]), ansi.Strip(after[y])
		if before[y] != after[y] && (was == is || moving.ReplaceAllString(was, "") != moving.ReplaceAllString(is, "")) {
			m.Errorf("row %d was\n%q, redrawn it is\n%q", y, before[y], after[y])
		}
	}
	if m.Failed() {
		m.Fatalf("the screen was\n%s", ansi.Strip(strings.Join(before, "\n")))
	}
}

// redrawn covers the screen with dirt, calls f, and waits for jobwatch to redraw all of
// it, or for other to become true.
func (m *monkey) redrawn(f func(), other func() bool) {
	m.Helper()
	m.tm.Look(func(screen *vt.Emulator) {
		dirt := *screen.CellAt(0, 0)
		dirt.Content, dirt.Width = "▚", 1
		for y := range m.height {
			for x := range m.width {
				screen.SetCell(x, y, &dirt)
			}
		}
	})
	begun := time.Now()
	late := time.AfterFunc(soon, func() { m.Errorf("the screen was not redrawn within %v", soon) })
	defer late.Stop()
	f()
	m.tm.Until("for the screen to be redrawn", func() bool { return !strings.Contains(m.tm.Text(), "▚") || other() })
	m.slowest = max(m.slowest, time.Since(begun))
}

// resizeTwice has the program redraw the screen at its present size.
func (m *monkey) resizeTwice() {
	m.maxWidth = max(m.maxWidth, m.width+1)
	m.tm.Resize(m.width+1, m.height)
	m.tm.Resize(m.width, m.height)
}

// rows returns the screen's rows with their styles.
func (m *monkey) rows() (rows []string) {
	m.tm.Look(func(screen *vt.Emulator) { rows = strings.Split(screen.Render(), "\n") })
	return rows
}

// saved waits until all jobs that were pasted into the list are in the state file.
func (m *monkey) saved() {
	m.Helper()
	m.until("for pasted jobs to be saved", func() bool { m.checkState(); return len(m.due) == 0 })
}

// idle waits until jobwatch writes next to nothing, as when only ages change.
func (m *monkey) idle() {
	m.Helper()
	m.until("for it to write less than 500 bytes in half a second", func() bool {
		before := m.written()
		<-time.After(time.Second / 2)
		return m.written()-before < 500
	})
}

// show records IDs that jobwatch is given.
func (m *monkey) show(ids ...job.ID) {
	for _, id := range ids {
		if !m.known[id] {
			m.known[id] = true
			m.ids = append(m.ids, id)
		}
	}
}

// anID returns one of the IDs so far; zero at first.
func (m *monkey) anID() (id job.ID) {
	if len(m.ids) > 0 {
		id = m.ids[m.IntN(len(m.ids))]
	}
	return id
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }
