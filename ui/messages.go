package ui

import (
	"context"
	"runtime/debug"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// The messages, each beside the command that makes it; those of one feature alone, such
// as downloads or exports, stand with it. Commands run outside the loop: nothing else in
// ui reads, writes or waits.

// openedMsg brings the contents of the state file.
type openedMsg struct {
	journal  session.Journal
	contents store.Opened
	err      error
}

func open(ctx context.Context, how func(context.Context) (session.Journal, store.Opened, error)) tea.Cmd {
	return func() tea.Msg {
		usual := debug.SetGCPercent(400) // nearly all that is read stays: there is little to sweep
		journal, contents, err := how(ctx)
		if len(contents.Contents.Jobs) > studyStep {
			usual = 25 // what runs for days should be small before it is fast
		}
		debug.SetGCPercent(usual)
		return openedMsg{journal, contents, err}
	}
}

// pastedMsg brings the job IDs found in a text, which become one batch.
type pastedMsg struct {
	found ids.Found
	batch string // the batch's name; "" names it after the time
	note  string // shown beside what was added

	arrived bool   // not by the keys: it does not move a cursor that the user has moved
	given   bool   // by the user at the start: see [Arrival]
	close   func() // closes the prompt that the text was typed into; else nil
}

func parse(text []byte, batch, note string) tea.Cmd {
	return func() tea.Msg { return pastedMsg{found: ids.Find(text), batch: batch, note: note} }
}

// updatesMsg brings the poller's reports since the last one.
type updatesMsg struct {
	update poller.Update
	open   bool // false: the poller has stopped
}

func listen(updates <-chan poller.Update) tea.Cmd {
	return func() tea.Msg {
		u, ok := <-updates
		return updatesMsg{u, ok}
	}
}

// arrivedMsg brings job IDs that did not come from the keyboard: from standard input, or
// the demo's next batch.
type arrivedMsg struct {
	arrival Arrival
	open    bool
}

func await(arrivals <-chan Arrival) tea.Cmd {
	return func() tea.Msg {
		a, ok := <-arrivals
		return arrivedMsg{a, ok}
	}
}

// studyMsg is the jobs of the state file that the forecasts have yet to learn from. It
// has their IDs and not what was read of them, which is let go.
type studyMsg struct{ jobs []job.ID }

// slim gives back the memory that only reading the state file took, as much as all
// the rest with 100,000 jobs.
func slim() tea.Msg {
	debug.FreeOSMemory()
	return nil
}

// tickMsg says that a clock on the screen has moved. Ticks carry the number of
// their request: only the newest counts, so that ticks never multiply.
type tickMsg struct{ number int }

func tick(d time.Duration, number int) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return tickMsg{number} })
}

// redrawMsg asks for the whole screen to be sent, whatever the terminal shows; loop acts on it.
type redrawMsg struct{}

// saidMsg shows a note, or a warning, when a command ends.
type saidMsg struct {
	role style.Role
	text string
}
