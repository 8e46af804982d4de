package ui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/style"
)

// action is something that the user can have done. The keys, their names in the config
// file, the help and the footer's hints all come from the table of [actions]: to add a key,
// add an entry to it.
type action struct {
	name string // in the config file
	key.Binding
	in      screens             // where it works
	unless  func(*Model) string // why it can't be done now, or ""; nil if it can, or if perform says why
	perform func(*Model)
	move    func(movable) // instead of perform, where the action only moves a cursor
}

// screen is a use of the body of the screen.
type screen uint8

const (
	listScreen screen = iota
	detailScreen
	helpScreen
	logScreen
	failureScreen
)

// screens is a set of screens.
type screens uint8

const (
	everywhere screens = ^screens(0)
	inList     screens = 1 << listScreen
	inFailures screens = 1 << failureScreen
	onJobs     screens = inList | 1<<detailScreen // where the cursor is on jobs and batches
)

func (s screens) has(one screen) bool { return s>>one&1 == 1 }

// movable is a part of the screen that has a cursor, or scrolls.
type movable interface {
	Move(by int)
	Page(by int)
	Home()
	End()
}

// bind binds keys, by default what users of lazygit, k9s and vim expect, to what they do, of which
// the footer leaves out what follows a comma or parenthesis. The help names the first two.
func bind(does string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(keyNames(keys[:min(len(keys), 2)]), does))
}

// actions returns all actions by subject, in the order of the help.
func actions() [][]action {
	return [][]action{{
		{name: "up", Binding: bind("up", "up", "k"), in: everywhere, move: func(f movable) { f.Move(-1) }},
		{name: "down", Binding: bind("down", "down", "j"), in: everywhere, move: func(f movable) { f.Move(1) }},
		{
			name: "page-up", Binding: key.NewBinding(key.WithKeys("pgup", "ctrl+b", "ctrl+u"), key.WithHelp("pgup", "page up")),
			in: everywhere, move: func(f movable) { f.Page(-1) },
		},
		{
			name: "page-down", Binding: key.NewBinding(key.WithKeys("pgdown", "ctrl+f", "ctrl+d"), key.WithHelp("pgdn", "page down")),
			in: everywhere, move: func(f movable) { f.Page(1) },
		},
		{name: "first", Binding: key.NewBinding(key.WithKeys("g", "home"), key.WithHelp("g", "first")), in: everywhere, move: movable.Home},
		{name: "last", Binding: key.NewBinding(key.WithKeys("G", "end"), key.WithHelp("G", "last")), in: everywhere, move: movable.End},
		{name: "next-problem", Binding: bind("next that needs attention", "!"), in: inList, perform: (*Model).nextProblem},
		{name: "fold", Binding: bind("fold or unfold the batch", "left", "right"), in: inList, perform: func(m *Model) { m.list.ToggleFold() }},
		{name: "fold-all", Binding: bind("fold or unfold all batches", "-"), in: inList, perform: func(m *Model) { m.list.foldAll() }},
		{name: "details", Binding: bind("details, whole screen", "enter"), in: everywhere, perform: (*Model).enter},
		{name: "layout", Binding: bind("layout (details or none)", "v"), in: inList, perform: (*Model).nextLayout},
		{name: "back", Binding: bind("back, or clear the filter", "esc"), in: everywhere, perform: (*Model).back},
	}, {
		{name: "filter", Binding: bind("filter", "/"), in: inList, perform: (*Model).askFilter},
		{name: "status", Binding: bind("show one status", "tab"), in: inList, perform: func(m *Model) { m.list.narrow(m.list.text, (m.list.status+1)%len(statusFilters())) }},
		{name: "sort", Binding: bind("sort order", "s"), in: inList, perform: (*Model).nextSort},
		{name: "select", Binding: bind("select", " "), in: inList, perform: func(m *Model) { m.list.selectRow() }},
		{name: "select-all", Binding: bind("select all shown", "*"), in: inList, perform: (*Model).selectAll},
		{name: "open", Binding: bind("open the PDF", "o"), in: onJobs, perform: (*Model).openPDF},
		{name: "download", Binding: bind("download the PDF", "d"), in: onJobs, perform: (*Model).download},
		{name: "copy", Binding: bind("copy the ID", "y"), in: onJobs | inFailures, unless: noJobTo("copy"), perform: (*Model).copyIDs},
		{name: "copy-path", Binding: bind("copy the PDF's path or URL", "Y"), in: onJobs, perform: (*Model).copyPath},
		{name: "export", Binding: bind("export what is shown", "e"), in: inList | inFailures, perform: (*Model).askExport},
		{name: "failures", Binding: bind("failures by cause", "f"), in: everywhere, perform: func(m *Model) { m.show(failureScreen) }},
		{name: "log", Binding: bind("event log", "l"), in: everywhere, perform: func(m *Model) { m.show(logScreen) }},
	}, {
		{name: "add", Binding: bind("add jobs (or just paste)", "a"), in: inList, perform: (*Model).askIDs},
		{name: "name", Binding: bind("name the batch", "n"), in: onJobs, unless: noBatch, perform: (*Model).askName},
		{name: "remove", Binding: bind("remove", "x"), in: onJobs, perform: (*Model).removeTargets},
		{name: "remove-finished", Binding: bind("remove finished jobs", "c"), in: inList, perform: (*Model).removeFinished},
		{name: "undo", Binding: bind("undo (adding, removing, naming)", "u"), in: onJobs, unless: nothingTo(undo), perform: func(m *Model) { m.undo(undo) }},
		{name: "redo", Binding: bind("redo what was undone", "ctrl+r"), in: onJobs, unless: nothingTo(redo), perform: func(m *Model) { m.undo(redo) }},
		{name: "check", Binding: bind("check now", "r"), in: onJobs, unless: noJobTo("check"), perform: (*Model).check},
		{name: "check-all", Binding: bind("check all unfinished", "R"), in: onJobs, perform: (*Model).checkAll},
		{name: "pause", Binding: bind("pause checking", "p"), in: onJobs, perform: (*Model).pause},
		{name: "redraw", Binding: bind("redraw the screen", "ctrl+l"), in: everywhere, perform: (*Model).redraw},
		{name: "suspend", Binding: bind("suspend", "ctrl+z"), in: everywhere, perform: func(m *Model) { m.send(suspendMsg{}) }},
		{name: "help", Binding: bind("help", "?"), in: everywhere, perform: func(m *Model) { m.show(helpScreen) }},
		{name: "quit", Binding: bind("quit", "q"), in: everywhere, perform: (*Model).quit},
	}}
}

// Actions returns all actions in the order of the help, to bind other keys to them.
func Actions() []config.Key {
	var all []config.Key
	for _, a := range slices.Concat(actions()...) {
		all = append(all, config.Key{Name: a.name, Keys: a.Keys(), About: a.Help().Desc})
	}
	return all
}

// perform does an action, or says why it can't be done.
func (m *Model) perform(a *action) {
	m.list.moved = m.list.moved || m.screen == listScreen
	switch {
	case a.move != nil:
		a.move(m.focused())
	case a.unless != nil && a.unless(m) != "":
		m.say(style.Dim, a.unless(m))
	default:
		a.perform(m)
	}
}

// focused returns what the keys that move a cursor are for.
func (m *Model) focused() movable {
	return [...]movable{
		listScreen: m.list, detailScreen: &m.pane, helpScreen: &m.help, logScreen: &m.notes.log, failureScreen: &m.failures,
	}[m.screen]
}

// show gives a screen the body, or the list if the screen has it already.
func (m *Model) show(s screen) {
	if m.screen == s {
		s = listScreen
	}
	m.screen = s
	m.help.Home()
	m.notes.log.Home()
	m.pane.Home()
	m.resize(m.layout.width, m.layout.height)
}

// enter opens what the cursor is on; a screen without a cursor is closed.
func (m *Model) enter() {
	switch m.screen {
	case listScreen:
		m.show(detailScreen)
	case failureScreen:
		m.goToCause()
	default:
		m.show(listScreen)
	}
}

// back closes a screen; in the list, it clears the filter, then the selection.
func (m *Model) back() {
	switch {
	case m.screen != listScreen:
		m.show(listScreen)
	case m.list.String() != "":
		m.list.narrow("", 0)
	default:
		m.list.ClearSelection()
	}
}

// quit leaves jobwatch, or first the screen over the list.
func (m *Model) quit() {
	if m.screen == listScreen {
		m.run(tea.Quit)
	} else {
		m.show(listScreen)
	}
}

// pause stops checking jobs, or resumes it.
func (m *Model) pause() {
	m.paused = !m.paused
	m.opts.Watcher.Pause(m.paused)
	if m.paused {
		m.say(style.Warn, style.Joined("; ", "checking is paused", m.keys.hint("pause", "resumes it")))
	} else {
		m.say(style.Text, "checking is resumed")
	}
}

// check has the targets checked now.
func (m *Model) check() {
	t := m.targets()
	m.session.PollNow(t.Shown...)
	m.say(style.Text, style.Joined("; ", "checking "+these(t.Shown, "job")+" now", leftOut(&t)))
}

// checkAll has all unfinished jobs checked now.
func (m *Model) checkAll() {
	var ids []job.ID
	for _, r := range m.list.All() {
		if !r.End.Finished() {
			ids = append(ids, r.ID)
		}
	}
	m.session.PollNow(ids...)
	m.say(style.Text, "checking "+style.Plural(len(ids), "unfinished job")+", as fast as the budget allows")
}
