package ui

import (
	"cmp"
	"slices"
	"strconv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/jobview"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// causes groups the failures of a batch, or of all. It keeps them until failures have
// changed: finding them means looking at all jobs.
type causes struct {
	batch   *joblist.Batch
	changes int // of failures, when found was made
	found   []jobview.Cause
}

// in returns the causes of the failures in a batch, or in all for nil, most jobs first.
func (c *causes) in(l *joblist.List, batch *joblist.Batch, s *session.Session) []jobview.Cause {
	changes := l.FailureChanges()
	if c.batch == batch && c.changes == changes {
		return c.found
	}
	rows := l.All
	if batch != nil {
		rows = batch.Rows
	}
	jobs := make(map[string][]job.ID)
	for _, r := range rows() {
		if r.State().Failed() {
			shown := s.Public(&r.Job)
			text := cmp.Or(session.Cause(&shown), "no cause was given")
			jobs[text] = append(jobs[text], r.ID)
		}
	}
	*c = causes{batch: batch, changes: changes}
	for text, ids := range jobs {
		c.found = append(c.found, jobview.Cause{Text: text, Jobs: ids})
	}
	slices.SortFunc(c.found, func(a, b jobview.Cause) int {
		return cmp.Or(cmp.Compare(len(b.Jobs), len(a.Jobs)), cmp.Compare(a.Text, b.Text))
	})
	return c.found
}

// failures is the screen of failures by cause, across all batches.
type failures struct {
	causes
	at     int // the cause under the cursor
	scroll scroll
}

// current returns the cause under the cursor, which has no jobs if nothing has failed.
func (f *failures) current() jobview.Cause {
	if f.at < len(f.found) {
		return f.found[f.at]
	}
	return jobview.Cause{}
}

func (f *failures) Move(by int) { f.at = min(max(f.at+by, 0), max(len(f.found)-1, 0)) }
func (f *failures) Page(by int) { f.Move(by * (f.scroll.height - 2)) }
func (f *failures) Home()       { f.at = 0 }
func (f *failures) End()        { f.Move(len(f.found)) }

// View draws the causes. If they have changed, the cursor stays on its cause.
func (f *failures) View(t *style.Theme, list *joblist.List, s *session.Session, width, height int) []string {
	current := f.current().Text
	f.at = max(slices.IndexFunc(f.in(list, nil, s), func(c jobview.Cause) bool { return c.Text == current }), 0)
	lines := make([]string, max(len(f.found), 1))
	lines[0] = style.NewLine(t, style.Plain).Put(style.OK, " nothing has failed").String()
	f.scroll.top = max(min(max(f.scroll.top, f.at-height+5), f.at, len(f.found)-height+2), 0)
	for i := f.scroll.top; i < min(f.scroll.top+height, len(f.found)); i++ { // there may be as many as jobs
		c := &f.found[i]
		l := jobview.Start(t, i == f.at, "", style.Text).Right(style.Error, strconv.Itoa(len(c.Jobs)), 6).Space(2)
		lines[i] = l.Fit(style.Text, c.Text, width-l.Width()-1).PadTo(width - 1).String()
	}
	return f.scroll.titled(t, "Failures by cause", lines, height)
}

// goToCause goes to the first job of the current cause that the list shows.
func (m *Model) goToCause() {
	jobs := m.failures.current().Jobs
	if len(jobs) == 0 {
		return
	}
	m.show(listScreen)
	if !slices.ContainsFunc(jobs, m.list.Go) {
		m.say(style.Warn, style.Joined("; ", unseen(len(jobs), 0, "job"), m.keys.hint("back", "clears it")))
	}
}
