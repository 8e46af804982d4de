package ui

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/rows"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// failures is the screen of failures by cause, across all batches.
type failures struct {
	causes  []cause
	changes int // of failures, when causes was made
	at      int // the cause under the cursor
	height  int // how many causes the screen shows
	scroll  scroll
}

// cause is why some jobs failed.
type cause struct {
	text string // as the API said it, or jobwatch; untrusted
	jobs []job.ID
}

// refresh groups the failures again if they have changed. The cursor stays on its cause.
func (f *failures) refresh(list *joblist.List) {
	changes := list.FailureChanges()
	if changes == f.changes {
		return
	}
	current := f.current().text
	f.changes, f.causes = changes, causesOf(list.All)
	f.at = max(slices.IndexFunc(f.causes, func(c cause) bool { return c.text == current }), 0)
}

// current returns the cause under the cursor, which has no jobs if nothing has failed.
func (f *failures) current() cause {
	if f.at < len(f.causes) {
		return f.causes[f.at]
	}
	return cause{}
}

// Move moves the cursor.
func (f *failures) Move(by int) { f.at = min(max(f.at+by, 0), max(len(f.causes)-1, 0)) }

// Page moves the cursor by screens.
func (f *failures) Page(by int) { f.Move(by * f.height) }

// Home moves the cursor to the first cause.
func (f *failures) Home() { f.at = 0 }

// End moves the cursor to the last cause.
func (f *failures) End() { f.Move(len(f.causes)) }

// View draws the causes, each by the text that may be shown.
func (f *failures) View(t *style.Theme, public func(cause) string, width, height int) []string {
	lines := make([]string, 0, len(f.causes)+1)
	for i, c := range f.causes {
		l := rows.Start(t, i == f.at, "", style.Text).Right(style.Error, strconv.Itoa(len(c.jobs)), 6).Space(2)
		lines = append(lines, l.Fit(style.Text, public(c), width-l.Width()-1).PadTo(width-1).String())
	}
	if len(lines) == 0 {
		lines = append(lines, style.NewLine(t, style.Plain).Put(style.OK, " nothing has failed").String())
	}
	f.height = height - 4
	f.scroll.top = max(min(max(f.scroll.top, f.at-f.height+1), f.at), 0)
	return f.scroll.titled(t, "Failures by cause", lines, height)
}

// causesOf groups the failed jobs by cause, most jobs first.
func causesOf(rows iter.Seq[*joblist.Row]) []cause {
	at := make(map[string]int)
	var causes []cause
	for r := range rows {
		if !r.State().Failed() {
			continue
		}
		text := cmp.Or(session.Cause(&r.Job), "no cause was given")
		i, ok := at[text]
		if !ok {
			i = len(causes)
			at[text] = i
			causes = append(causes, cause{text: text})
		}
		causes[i].jobs = append(causes[i].jobs, r.ID)
	}
	slices.SortFunc(causes, func(a, b cause) int {
		return cmp.Or(cmp.Compare(len(b.jobs), len(a.jobs)), cmp.Compare(a.text, b.text))
	})
	return causes
}

// publicCause returns what may be shown of a cause.
func publicCause(s *session.Session, c cause) string {
	if r, ok := s.Record(c.jobs[0]); ok {
		shown := s.Public(&r.Job)
		return cmp.Or(session.Cause(&shown), c.text)
	}
	return c.text
}

// goToCause goes to the first job of the current cause that the list shows.
func (m *Model) goToCause() {
	jobs := m.failures.current().jobs
	if len(jobs) == 0 {
		return
	}
	m.show(listScreen)
	if !slices.ContainsFunc(jobs, m.list.Go) {
		m.say(style.Warn, style.Joined("; ", unseen(len(jobs), 0, "job"), m.keys.hint("back", "clears it")))
	}
}
