package ui

import (
	"time"

	"example.com/jobwatch/ui/detail"
	"example.com/jobwatch/ui/joblist"
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
	valid := time.Hour
	switch row, batch := m.list.Current(); {
	case row != nil:
		of = row.ID
		m.hold(m.list.bars.Stand(row, detail.BarWidth, m.now))
		lines, valid = m.jobDetails(row, batch.Name).Lines(m.theme, m.now, width)
	case batch != nil:
		of = batch.ID
		lines, valid = m.batchDetails(batch).Lines(m.theme, m.now, width)
	}
	m.hold(valid)
	if of != m.pane.of {
		m.pane.of = of
		m.pane.Home()
	}
	for i := range lines {
		lines[i] = margin + lines[i]
	}
	return m.pane.View(m.theme, lines, m.layout.paneHeight)
}

func (m *Model) jobDetails(row *joblist.Row, batch string) detail.Job {
	next := row.Next
	if at := m.session.Host().RetryAt; at.After(next) { // nothing is asked before that
		next = at
	}
	pace, _ := m.forecaster.Pace(row.ID, m.now)
	return detail.Job{
		Job: m.session.Public(&row.Job), Drawn: row.Drawn(), Redact: m.opts.Session.Redact, BatchName: batch,
		Problem: m.session.PublicProblem(row.Problem, &row.Job), Checks: row.Polls, Next: next,
		CheckKey: m.keys.label("check"), Paused: m.paused, Stalled: row.Stalled, Pace: pace,
		Forecast: m.forecaster.Job(row.ID, m.now), Samples: m.forecaster.Samples(row.ID),
	}
}

func (m *Model) batchDetails(b *joblist.Batch) detail.Batch {
	spread, _ := m.forecaster.Spread(b.ID)
	var failures []detail.Cause
	for _, c := range m.pane.causes.in(m.list.List, b) {
		failures = append(failures, detail.Cause{Text: m.publicCause(c), Jobs: len(c.jobs)})
	}
	return detail.Batch{
		Batch: b.Batch, Counts: b.Counts, Spread: spread, Causes: failures,
		Ready:      m.forecaster.Batch(b.ID, m.now),
		Throughput: m.forecaster.Throughput(b.ID, m.now),
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
