package ui

import (
	"context"
	"runtime/debug"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// Update handles one message. It never waits.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = m.opts.Clock()
	cmd := m.handle(msg)
	m.catchUp()
	return m, tea.Batch(append(m.work.take(), cmd, m.finishUpdate())...)
}

// handle passes a message to where it is handled.
func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.KeyMsg:
		return m.pressed(msg)
	case tea.MouseMsg:
		m.moused(msg)
	case openedMsg:
		return m.opened(msg)
	case pastedMsg:
		return m.pasted(msg)
	case arrivedMsg:
		if !msg.open {
			return nil
		}
		a := msg.arrival
		return tea.Batch(await(m.opts.Arrivals), m.pasted(pastedMsg{found: a.Found, batch: a.Batch, arrived: true, given: a.Given}))
	case resultMsg:
		m.session.Resume(msg.result)
	case updatesMsg:
		if !msg.open {
			return tea.Quit // polling broke, which ends what it was for; main says why
		}
		m.session.Reported(msg.update)
		return listen(m.opts.Watcher.Updates())
	case trainMsg:
		return train(m.forecaster, m.list.List, msg.jobs)
	case fetchedMsg:
		if !msg.open {
			return tea.Quit // it broke, or everything ends: main says why
		}
		m.session.Fetched(msg.events)
		return awaitDownloads(m.opts.Downloads.Events())
	case saidMsg:
		if msg.role == style.Warn {
			m.warn(msg.text)
		} else {
			m.say(msg.role, sanitize.Line(msg.text))
		}
	case tea.FocusMsg:
		m.look(true)
		if since := m.now.Sub(m.redrawn); since >= redrawEvery || since < 0 {
			return m.redraw()
		}
	case tea.BlurMsg:
		m.look(false)
	case tickMsg:
		m.ticked(msg.number)
	default:
		return m.prompt.Update(msg)
	}
	return nil
}

// look notes whether the user looks here.
func (m *Model) look(here bool) {
	m.list.SetWatched(here)
	m.session.Looking(here)
	m.notes.focus(m.now, here)
}

// finishUpdate lays out, draws and schedules the next tick after every message.
func (m *Model) finishUpdate() tea.Cmd {
	m.valid = time.Hour
	m.hold(m.list.Tick(m.now))
	m.resize(m.layout.width, m.layout.height)
	m.list.look(m.opts.Watcher)
	m.list.bars.Move(m.list.List, m.now, m.paused || !m.session.Host().RetryAt.IsZero())
	m.draw()
	return tea.Batch(m.retitle(m.list.Counts(), m.opts.Terminal), m.nextTick())
}

// clock wakes the dashboard when what it shows of the time changes, and not before: nothing
// wakes a terminal on which nothing moves.
type clock struct {
	now   time.Time
	valid time.Duration // for how long what is drawn stays right
	ticks int           // the number of the newest tick asked for
	due   time.Time     // when that tick comes; zero if none does
}

// hold notes for how long something that is drawn stays right.
func (c *clock) hold(d time.Duration) { c.valid = min(c.valid, d) }

// nextTick asks to be woken when something that is drawn is no longer right.
func (c *clock) nextTick() tea.Cmd {
	if c.valid >= time.Hour {
		c.due = time.Time{}
		c.ticks++
		return nil
	}
	due := c.now.Add(max(c.valid, minTick))
	if !c.due.IsZero() && !due.Before(c.due) {
		return nil // the one under way comes early enough
	}
	c.due = due
	c.ticks++
	return tick(due.Sub(c.now), c.ticks)
}

// ticked notes that a tick came.
func (c *clock) ticked(number int) {
	if number == c.ticks {
		c.due = time.Time{}
	}
}

// minTick keeps clocks that move at almost the same time on one tick.
const minTick = 200 * time.Millisecond

// opened shows the contents of the state file.
func (m *Model) opened(msg openedMsg) tea.Cmd {
	if msg.err != nil {
		m.start.fatal = msg.err
		return tea.Quit
	}
	m.start.loaded = true
	m.session.Open(msg.journal, msg.contents)
	records := m.session.Records()
	m.list.Load(records)
	m.list.look(m.opts.Watcher) // before they are tracked: what is on the screen is asked for first
	m.session.Watch(false, records...)
	if m.opts.Session.DownloadAll {
		m.session.FetchMissing()
	}
	cmds := []tea.Cmd{train(m.forecaster, m.list.List, session.IDs(records))}
	for _, p := range m.start.pending {
		cmds = append(cmds, m.pasted(p))
	}
	m.start.pending = nil
	return tea.Batch(cmds...)
}

// trainStep is the number of jobs to train with in one go, which takes some milliseconds.
const trainStep = 2000

// train trains a forecaster with jobs of the state file, some at a time: neither the first
// frame nor keys wait until 100,000 are through.
func train(f *forecast.Forecaster, l *joblist.List, ids []job.ID) tea.Cmd {
	n := min(len(ids), trainStep)
	for _, id := range ids[:n] {
		if row, ok := l.Row(id); ok {
			f.See(&row.Job)
		}
	}
	if n < len(ids) {
		return func() tea.Msg { return trainMsg{ids[n:]} }
	}
	if l.Counts().Total > trainStep {
		return releaseMemory
	}
	return nil
}

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
		journal, contents, err := how(ctx)
		stayLean(len(contents.Contents.Jobs))
		return openedMsg{journal, contents, err}
	}
}

// stayLean trades some speed for memory where many jobs are added: what runs for days should
// be small before it is fast.
func stayLean(jobs int) {
	if jobs > trainStep {
		debug.SetGCPercent(10)
	}
}

// releaseMemory gives back the memory that only reading the state file took.
func releaseMemory() tea.Msg {
	debug.FreeOSMemory()
	return nil
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

// trainMsg has the jobs of the state file that the forecaster has yet to be trained with: only
// their IDs, so that what was read of them can be freed.
type trainMsg struct{ jobs []job.ID }

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
