// Package ui is the dashboard: a Bubble Tea model over a list of tracked jobs.
//
// Update changes the state and never waits: commands read, write and wait. Every message ends
// with drawing the visible rows, which computes no totals. A key is an entry in the table of
// actions.go; each part of the screen has its own fields and a View.
package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal/keyboard"
)

// Model is the dashboard's state. It is used by pointer and by one goroutine:
// Bubble Tea's loop.
type Model struct {
	opts       Options
	keys       keymap
	session    *session.Session
	forecaster *forecast.Forecaster
	history    history
	opening    map[job.ID]bool // PDFs to be opened once they are there
	paused     bool            // checking
	fatal      error           // why the dashboard ended by itself
	loaded     bool            // the state file was read
	pending    []paste         // what was pasted before that
	input      input
	display
	work

	// The parts of the screen.
	list     jobs
	pane     pane
	prompt   *prompt.Prompt
	notes    notes
	failures failures
	help     scroll
}

// New makes a dashboard. Its commands end with ctx.
func New(ctx context.Context, opts Options) *Model {
	now := opts.Clock()
	m := &Model{opts: opts, forecaster: forecast.New(), opening: make(map[job.ID]bool)}
	m.ctx, m.now, m.redrawn = ctx, now, now
	m.list.List, m.pane.where = joblist.New(now), opts.Details
	m.prompt = prompt.New(func(text string) { m.say(style.Warn, text) }, func(wait time.Duration, do func()) {
		m.run(tea.Tick(wait, func(time.Time) tea.Msg { return then(do) }))
	})
	m.input.open = opts.Input
	m.keys = newKeymap(opts.Keys, opts.Glyphs.Charset)
	cfg := opts.Session
	cfg.Poller, cfg.Clock, cfg.Notify = opts.Watcher, opts.Clock, true
	m.session = session.New(cfg)
	m.retheme(opts.Dark)
	m.resize(80, 24)
	m.list.narrow(opts.Filter, 0)
	return m
}

// Init replays the state file and starts to listen.
func (m *Model) Init() tea.Cmd {
	m.run(func() tea.Msg {
		journal, contents, err := m.opts.Open(m.ctx)
		return then(func() { m.opened(journal, contents, err) })
	})
	receive(&m.work, m.opts.Watcher.Updates(), m.session.Reported, tea.Quit)
	receive(&m.work, m.opts.Arrivals, m.Arrived, nil)
	if files := m.opts.Session.Downloads; files != nil {
		receive(&m.work, files.Events(), m.session.Fetched, tea.Quit)
	}
	return m.take()
}

// Records returns what may be shown of all tracked jobs, in the order they were added.
func (m *Model) Records() []store.Job {
	var jobs []store.Job
	for _, r := range m.session.Records() {
		jobs = append(jobs, m.session.Public(&r.Job))
	}
	return jobs
}

// Unsaved returns the changes that have not reached the state file, for a last save
// after the program has ended.
func (m *Model) Unsaved() []store.Op { return m.session.Unsaved() }

// Watcher is the poller, as the dashboard uses it. None of these waits.
type Watcher interface {
	session.Poller
	Pause(paused bool)
	Visible(ids []job.ID)
	Updates() <-chan poller.Update
}

// Terminal is the terminal's own state, written between frames.
type Terminal interface {
	Copy(text string) error     // puts text on the user's clipboard; it may wait
	Notify(text string)         // shows a text, which may be untrusted, to a user who looks elsewhere
	Take([]rune) keyboard.Event // returns what a [keyboard.EventKey] or a pasted key stands for

	// Title sets the window's title, and the progress beside it in percent: none if negative.
	Title(title string, percent int, failed bool)
}

// Options configure a dashboard.
type Options struct {
	Open     func(context.Context) (session.Journal, store.Opened, error)
	Session  session.Config // what both faces have; the dashboard adds its poller
	Watcher  Watcher
	Terminal Terminal

	Arrivals <-chan *session.Arrival // nil: none but what is typed
	Input    bool                    // some come on an input that is open

	Palette style.Palette
	Glyphs  style.Glyphs
	Profile termenv.Profile
	Dark    bool
	Ask     bool // Dark is only a guess: ask the terminal

	Keys    map[string][]string // by the action's name, the keys that are not the default ones
	Details Details
	Filter  string // what the list starts with, in the filter language
	Clock   func() time.Time

	// OutputURL makes a URL of a Done job's path, which may be relative. It is "" if the
	// path can't be one.
	OutputURL func(path string) string

	Title string // beside the name in the header: "demo", say
}
