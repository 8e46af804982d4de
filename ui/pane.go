package ui

import (
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/detail"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// Details is where the details of the current row are shown, besides on the whole screen.
type Details uint8

// The places, in the order in which a key cycles through them.
const (
	DetailsAuto  Details = iota // beside the list where there is room, else below it
	DetailsBelow                // below the list; beside it where there are too few rows
	DetailsOff                  // nowhere
	detailsPlaces
)

func (d Details) shape() shape {
	return [detailsPlaces]shape{DetailsAuto: listAndPane, DetailsBelow: listAbovePane, DetailsOff: listOnly}[d]
}

// pane shows the details of the current row.
type pane struct {
	where Details
	scroll
	of     any // whose details were scrolled
	causes causeCache
}

// details can be shown in a pane: those of a job or a batch.
type details interface {
	// Lines draws the details in a width, and says for how long the result stays right.
	Lines(t *style.Theme, now time.Time, width int) (lines []string, valid time.Duration)
}

// View draws the details of something in exactly height lines, which other details
// don't start scrolled.
func (p *pane) View(t *style.Theme, now time.Time, d details, of any, width, height, margin int) (out []string, valid time.Duration) {
	var lines []string
	valid = time.Hour
	if d != nil {
		lines, valid = d.Lines(t, now, width-margin-1)
	}
	if of != p.of {
		p.of = of
		p.Home()
	}
	if margin > 0 {
		for i := range lines {
			lines[i] = " " + lines[i]
		}
	}
	return p.scroll.View(t, lines, height), valid
}

// paneLines draws the details of the current row.
func (m *Model) paneLines() []string {
	margin := 1
	if m.layout.beside {
		margin = 0
	}
	var d details
	var of any = store.BatchID("")
	row, batch := m.list.Current()
	switch {
	case !m.start.loaded:
	case row != nil:
		d, of = m.jobDetails(row, batch.Name), row.ID
		m.hold(m.list.bars.Stand(row, detail.BarWidth, m.now))
	case batch != nil:
		spread, _ := m.forecaster.Spread(batch.ID)
		d, of = detail.Batch{
			Batch: batch.Batch, Counts: batch.Counts, Spread: spread,
			Ready:      m.forecaster.Batch(batch.ID, m.now),
			Throughput: m.forecaster.Throughput(batch.ID, m.now),
			Causes:     m.pane.causes.of(m.list.List, batch, func(c cause) string { return publicCause(m.session, c) }),
		}, batch.ID
	}
	lines, valid := m.pane.View(m.theme, m.now, d, of, m.layout.paneWidth, m.layout.paneHeight, margin)
	m.hold(valid)
	return lines
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

// causeCache keeps the failures of the batch that was shown last: finding them means looking
// at all of its jobs.
type causeCache struct {
	batch   store.BatchID
	changes int // of failures, when causes was made
	causes  []detail.Cause
}

func (c *causeCache) of(l *joblist.List, b *joblist.Batch, public func(cause) string) []detail.Cause {
	if b.Counts.Failed() == 0 {
		return nil
	}
	if changes := l.FailureChanges(); c.batch != b.ID || c.changes != changes {
		*c = causeCache{batch: b.ID, changes: changes}
		for _, found := range causesOf(b.Rows()) {
			c.causes = append(c.causes, detail.Cause{Text: public(found), Jobs: len(found.jobs)})
		}
	}
	return c.causes
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
