package ui

import (
	"example.com/jobwatch/ui/jobview"
	"example.com/jobwatch/ui/style"
)

// pane shows the details of the current row.
type pane struct {
	where Details
	scroll
	of     any // whose details were scrolled
	causes causes
}

// paneLines draws the details of the current row.
func (m *Model) paneLines() []string {
	margin := " "
	if m.layout.beside {
		margin = ""
	}
	width := m.layout.paneWidth - len(margin) - 1
	var lines []string
	var of any
	switch row, batch := m.list.Current(); {
	case row != nil:
		of = row.ID
		lines = m.jobView().Job(row, batch.Name, width)
	case batch != nil:
		of = batch.ID
		lines = m.jobView().Batch(batch, m.pane.causes.in(m.list.List, batch, m.session), width)
	}
	if of != m.pane.of {
		m.pane.of = of
		m.pane.Home()
	}
	for i := range lines {
		lines[i] = margin + lines[i]
	}
	return m.pane.View(m.theme, lines, m.layout.paneHeight)
}

// jobView returns what draws jobs and batches as they are now.
func (m *Model) jobView() *jobview.View {
	return &jobview.View{
		Theme: m.theme, Session: m.session, Forecast: m.forecaster, Now: m.now, Hold: m.hold, Bars: m.list.bars,
		Redact: m.opts.Session.Redact, Paused: m.paused, CheckKey: m.keys.byName["check"].Help().Key,
	}
}

// nextLayout puts the details elsewhere: at the next place that makes a difference on a
// screen of this size.
func (m *Model) nextLayout() {
	now := m.layout
	for range detailsPlaces {
		m.pane.where = (m.pane.where + 1) % detailsPlaces
		if m.resize(now.width, now.height); m.layout != now {
			break
		}
	}
	whole := m.keys.hint("details", "shows them on the whole screen")
	switch l := m.layout; {
	case l.paneWidth > 0 && l.beside:
		m.say(style.Dim, "details beside the list")
	case l.paneWidth > 0:
		m.say(style.Dim, "details below the list")
	case l == now:
		m.say(style.Dim, style.Joined("; ", "there is no room for details here", whole))
	default:
		m.say(style.Dim, style.Joined("; ", "no details", whole))
	}
}
