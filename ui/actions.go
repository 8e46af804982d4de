package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/style"
)

// action is something that the user can have done. The keys, their names in the config
// file, the help and the footer's hints all come from the table of [actions]: to add a key,
// add an entry to it.
type action struct {
	name    string              // in the config file
	keys    []string            // in Bubble Tea's words; by default, what users of lazygit, k9s and vim expect
	label   string              // what the help calls these keys; "" names the first two
	title   string              // what it does; the footer leaves out what follows a comma or parenthesis
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

// actions returns all actions by subject, in the order of the help.
func actions() [][]action {
	type keys = []string
	return [][]action{{
		{name: "up", keys: keys{"up", "k"}, title: "up", in: everywhere, move: func(f movable) { f.Move(-1) }},
		{name: "down", keys: keys{"down", "j"}, title: "down", in: everywhere, move: func(f movable) { f.Move(1) }},
		{
			name: "page-up", keys: keys{"pgup", "ctrl+b", "ctrl+u"}, label: "pgup", title: "page up",
			in: everywhere, move: func(f movable) { f.Page(-1) },
		},
		{
			name: "page-down", keys: keys{"pgdown", "ctrl+f", "ctrl+d"}, label: "pgdn", title: "page down",
			in: everywhere, move: func(f movable) { f.Page(1) },
		},
		{name: "first", keys: keys{"g", "home"}, label: "g", title: "first", in: everywhere, move: movable.Home},
		{name: "last", keys: keys{"G", "end"}, label: "G", title: "last", in: everywhere, move: movable.End},
		{name: "next-problem", keys: keys{"!"}, title: "next that needs attention", in: inList, perform: (*Model).nextProblem},
		{name: "fold", keys: keys{"left", "right"}, title: "fold or unfold the batch", in: inList, perform: func(m *Model) { m.list.ToggleFold() }},
		{name: "fold-all", keys: keys{"-"}, title: "fold or unfold all batches", in: inList, perform: func(m *Model) { m.list.foldAll() }},
		{name: "details", keys: keys{"enter"}, title: "details, whole screen", in: everywhere, perform: (*Model).enter},
		{name: "layout", keys: keys{"v"}, title: "layout (details or none)", in: inList, perform: (*Model).nextLayout},
		{name: "back", keys: keys{"esc"}, title: "back, or clear the filter", in: everywhere, perform: (*Model).back},
	}, {
		{name: "filter", keys: keys{"/"}, title: "filter", in: inList, perform: (*Model).askFilter},
		{name: "status", keys: keys{"tab"}, title: "show one status", in: inList, perform: func(m *Model) { m.list.narrow(m.list.text, (m.list.status+1)%len(statusFilters())) }},
		{name: "sort", keys: keys{"s"}, title: "sort order", in: inList, perform: (*Model).nextSort},
		{name: "select", keys: keys{" "}, title: "select", in: inList, perform: func(m *Model) { m.list.selectRow() }},
		{name: "select-all", keys: keys{"*"}, title: "select all shown", in: inList, perform: (*Model).selectAll},
		{name: "open", keys: keys{"o"}, title: "open the PDF", in: onJobs, perform: (*Model).openPDF},
		{name: "download", keys: keys{"d"}, title: "download the PDF", in: onJobs, perform: (*Model).download},
		{name: "copy", keys: keys{"y"}, title: "copy the ID", in: onJobs | inFailures, unless: noJobTo("copy"), perform: (*Model).copyIDs},
		{name: "copy-path", keys: keys{"Y"}, title: "copy the PDF's path or URL", in: onJobs, perform: (*Model).copyPath},
		{name: "export", keys: keys{"e"}, title: "export what is shown", in: inList | inFailures, perform: (*Model).askExport},
		{name: "failures", keys: keys{"f"}, title: "failures by cause", in: everywhere, perform: func(m *Model) { m.show(failureScreen) }},
		{name: "log", keys: keys{"l"}, title: "event log", in: everywhere, perform: func(m *Model) { m.show(logScreen) }},
	}, {
		{name: "add", keys: keys{"a"}, title: "add jobs (or just paste)", in: inList, perform: (*Model).askIDs},
		{name: "name", keys: keys{"n"}, title: "name the batch", in: onJobs, unless: noBatch, perform: (*Model).askName},
		{name: "remove", keys: keys{"x"}, title: "remove", in: onJobs, perform: (*Model).removeTargets},
		{name: "remove-finished", keys: keys{"c"}, title: "remove finished jobs", in: inList, perform: (*Model).removeFinished},
		{name: "undo", keys: keys{"u"}, title: "undo (adding, removing, naming)", in: onJobs, unless: nothingTo(undo), perform: func(m *Model) { m.undo(undo) }},
		{name: "redo", keys: keys{"ctrl+r"}, title: "redo what was undone", in: onJobs, unless: nothingTo(redo), perform: func(m *Model) { m.undo(redo) }},
		{name: "check", keys: keys{"r"}, title: "check now", in: onJobs, unless: noJobTo("check"), perform: (*Model).check},
		{name: "check-all", keys: keys{"R"}, title: "check all unfinished", in: onJobs, perform: (*Model).checkAll},
		{name: "pause", keys: keys{"p"}, title: "pause checking", in: onJobs, perform: (*Model).pause},
		{name: "redraw", keys: keys{"ctrl+l"}, title: "redraw the screen", in: everywhere, perform: (*Model).redraw},
		{name: "suspend", keys: keys{"ctrl+z"}, title: "suspend", in: everywhere, perform: func(m *Model) { m.send(suspendMsg{}) }},
		{name: "help", keys: keys{"?"}, title: "help", in: everywhere, perform: func(m *Model) { m.show(helpScreen) }},
		{name: "quit", keys: keys{"q"}, title: "quit", in: everywhere, perform: (*Model).quit},
	}}
}

// Actions returns all actions in the order of the help, to bind other keys to them.
func Actions() []config.Key {
	var all []config.Key
	for _, a := range slices.Concat(actions()...) {
		all = append(all, config.Key{Name: a.name, Keys: a.keys, About: a.title})
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
