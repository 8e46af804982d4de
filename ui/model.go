// Package ui is the dashboard: a Bubble Tea model over a list of tracked jobs.
//
// Update changes the state and never waits; reading, writing and waiting are left to
// commands (see messages.go). Every message ends with drawing the visible rows; drawing
// computes no totals. A key is an entry in the table of actions.go; each part of the screen
// has its own fields and a View.
package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// screen is a use of the body of the screen.
type screen uint8

const (
	listScreen screen = iota
	detailScreen
	helpScreen
	logScreen
	failureScreen
)

// Model is the dashboard's state. It is used by pointer and by one goroutine:
// Bubble Tea's loop.
type Model struct {
	opts       Options
	keys       keymap
	session    *session.Session
	forecaster *forecast.Forecaster
	history    history
	work       work
	start      start
	paused     bool // checking
	display

	// The parts of the screen.
	list     jobs
	pane     pane
	prompt   *prompt.Prompt
	notes    notes
	failures failures
	help     scroll
}

// start is the state before the state file has been read.
type start struct {
	loaded  bool
	fatal   error       // why it could not be read
	pending []pastedMsg // what was pasted meanwhile
}

// New makes a dashboard. Its commands end with ctx.
func New(ctx context.Context, opts Options) *Model {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	now := opts.Clock()
	m := &Model{opts: opts, forecaster: forecast.New()}
	m.work = work{ctx: ctx, opening: make(map[job.ID]bool)}
	m.now, m.redrawn = now, now
	m.list.List, m.pane.where = joblist.New(now), opts.Details
	m.prompt = prompt.New(func(text string) { m.say(style.Warn, text) })
	m.keys = newKeymap(opts.Keys, opts.Glyphs.Charset)
	cfg := opts.Session
	cfg.Poller, cfg.Downloads, cfg.Clock, cfg.Notify = opts.Watcher, opts.Downloads, opts.Clock, true
	m.session = session.New(cfg)
	if opts.OutputURL == nil {
		m.opts.OutputURL = func(path string) string { return path }
	}
	m.retheme(opts.Dark)
	m.resize(80, 24)
	m.list.narrow(opts.Filter, 0)
	return m
}

// Init replays the state file and starts to listen.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{open(m.work.ctx, m.opts.Open), listen(m.opts.Watcher.Updates())}
	if m.opts.Arrivals != nil {
		cmds = append(cmds, await(m.opts.Arrivals))
	}
	if m.opts.Downloads != nil {
		cmds = append(cmds, awaitDownloads(m.opts.Downloads.Events()))
	}
	if m.opts.Ask {
		// Before the first frame, and not in a command, which may run later: the answer must
		// come before the user sees the screen and pastes, or suspends jobwatch.
		m.opts.Terminal.AskBackground()
	}
	return tea.Batch(cmds...)
}

// Records returns all tracked jobs as they are known now, in the order they were added.
func (m *Model) Records() []store.Job {
	records := m.session.Records()
	jobs := make([]store.Job, len(records))
	for i, r := range records {
		jobs[i] = r.Job
	}
	return jobs
}

// Err returns why the dashboard ended by itself; nil if the user ended it.
func (m *Model) Err() error { return m.start.fatal }

// Unsaved returns the changes that have not reached the state file, for a last save
// after the program has ended.
func (m *Model) Unsaved() []store.Op { return m.session.Unsaved() }

// retheme draws with the colours for a dark or a light background.
func (m *Model) retheme(dark bool) {
	m.theme = style.New(m.opts.Palette, m.opts.Profile, dark, m.opts.Glyphs)
}

// resize lays out what the screen shows.
func (m *Model) resize(width, height int) {
	shape := m.pane.where.shape()
	switch {
	case m.screen != listScreen:
		shape = paneOnly
	case !m.start.loaded || m.list.Empty() == joblist.NothingTracked:
		shape = listOnly
	}
	if layout := place(width, height, shape); layout != m.layout {
		m.layout = layout
		m.list.SetHeight(layout.listHeight)
	}
}
