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

// problemView is the screen of failures grouped by cause, over all batches.
type problemView struct {
	all     []problem
	changes int // of failures, when all was made of them
	at      int // the cause under the cursor
	height  int // how many causes the screen shows
	scroll  scroll
}

// refresh groups the failures anew when there are others than before. The cursor
// stays on its cause.
func (v *problemView) refresh(list *joblist.List) {
	changes := list.FailureChanges()
	if changes == v.changes {
		return
	}
	current := v.current().cause
	v.changes, v.at = changes, 0
	v.all = problems(list.All)
	for i, p := range v.all {
		if p.cause == current {
			v.at = i
		}
	}
}

// Move moves the cursor.
func (v *problemView) Move(by int) { v.at = min(max(v.at+by, 0), max(len(v.all)-1, 0)) }

// Page moves the cursor by screens.
func (v *problemView) Page(by int) { v.Move(by * v.height) }

// Home moves the cursor to the first cause.
func (v *problemView) Home() { v.at = 0 }

// End moves the cursor to the last cause.
func (v *problemView) End() { v.Move(len(v.all)) }

// current returns the cause under the cursor, which has no jobs if nothing has failed.
func (v *problemView) current() problem {
	if v.at < len(v.all) {
		return v.all[v.at]
	}
	return problem{}
}

// goToCause goes to the first job of the current cause that the list shows.
func (m *Model) goToCause() {
	ids := m.trouble.current().ids
	if len(ids) == 0 {
		return
	}
	m.show(listScreen)
	if !slices.ContainsFunc(ids, m.list.Go) {
		m.say(style.Warn, joined("; ", unseen(len(ids), 0, "job"), m.keys.hint("back", "clears it")))
	}
}

// problemBody draws the problems view.
func (m *Model) problemBody() []string {
	v := &m.trouble
	v.refresh(m.list.List)
	width := m.layout.width
	if len(v.all) == 0 {
		return v.scroll.titled(m.theme, "Failures by cause", []string{style.NewLine(m.theme, style.Plain).
			Put(style.OK, " nothing has failed").String()}, m.layout.body())
	}
	lines := make([]string, 0, len(v.all)+2)
	for i, p := range v.all {
		l := rows.Start(m.theme, i == v.at, "", style.Text).Right(style.Error, strconv.Itoa(len(p.ids)), 6).Space(2).Fit(style.Text, m.cause(p), width-rows.Gutter-8-1)
		lines = append(lines, l.PadTo(width-1).String())
	}
	v.height = m.layout.body() - 4
	v.scroll.top = min(max(v.scroll.top, v.at-v.height+1), v.at)
	return v.scroll.titled(m.theme, "Failures by cause", lines, m.layout.body())
}

// problem is one cause, and the jobs that it failed.
type problem struct {
	cause string // as the API said it, or as we do; untrusted
	ids   []job.ID
}

// problems groups the failed jobs by cause, most jobs first.
func problems(rows iter.Seq[*joblist.Row]) []problem {
	at := make(map[string]int)
	var all []problem
	for r := range rows {
		if !r.State().Failed() {
			continue
		}
		cause := session.Cause(&r.Job)
		if cause == "" {
			cause = "no cause was given"
		}
		i, ok := at[cause]
		if !ok {
			i = len(all)
			at[cause] = i
			all = append(all, problem{cause: cause})
		}
		all[i].ids = append(all[i].ids, r.ID)
	}
	slices.SortFunc(all, func(a, b problem) int {
		return cmp.Or(cmp.Compare(len(b.ids), len(a.ids)), cmp.Compare(a.cause, b.cause))
	})
	return all
}
