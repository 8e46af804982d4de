package ui

import (
	"errors"
	"slices"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/jobview"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// jobs is the list of jobs on the screen. It shows those that pass the filter that the user
// typed, and the chosen one of [statusFilters].
type jobs struct {
	*joblist.List
	bars    jobview.Bars
	folded  bool     // what folding all batches did last
	moved   bool     // the user has moved the cursor
	visible []job.ID // as last reported to the poller

	text    string
	status  int
	misread *joblist.FilterError // about the first word of text that has no meaning, if any
	applied time.Time            // when a filter that depends on the time was last applied
}

// statusFilters lists the filters that Tab cycles through. Failed includes rejected and
// given-up jobs.
func statusFilters() []string {
	return []string{"", "status:failed", "status:running", "status:queued", "status:done"}
}

// String returns the filter as a user would type it.
func (j *jobs) String() string { return strings.TrimSpace(statusFilters()[j.status] + " " + j.text) }

// narrow shows the jobs that pass a filter.
func (j *jobs) narrow(text string, status int) {
	j.text, j.status = text, status
	// Half-typed words match everything: the list never goes blank for them.
	f, err := joblist.ParseFilter(j.String())
	j.misread, _ = errors.AsType[*joblist.FilterError](err)
	j.SetFilter(f)
	j.applied = time.Time{} // the list may not know what time it is
}

// Tick applies a filter again that depends on the time, and says for how long that holds. It
// is a pass over all jobs, so only as often as ages change on the screen.
func (j *jobs) Tick(now time.Time) time.Duration {
	if !j.Filter().Timed() {
		return time.Hour
	}
	if now.Sub(j.applied).Abs() >= time.Second {
		j.applied = now
		j.List.Tick(now)
	}
	return j.applied.Add(time.Second).Sub(now)
}

// found says how many jobs the filter shows.
func (j *jobs) found() string {
	return style.Of(j.Matched(), j.Counts().Total, "job")
}

// narrowed says in a width what the list leaves out and how it is sorted, and which jobs
// keys act on.
func (j *jobs) narrowed(t *style.Theme, width int) (parts []part) {
	if text := j.String(); text != "" {
		cut := func(text string) string { return t.Charset.Cut(text, max(width/3, 12)) }
		if j.misread == nil || j.misread.Word != text {
			parts = append(parts, part{style.Warn, cut("filter " + text)})
		}
		switch {
		case j.misread != nil:
			parts = append(parts, part{style.Error, cut("ignores " + j.misread.Word)})
		case width >= 60:
			parts = append(parts, part{style.Dim, j.found()})
		}
	}
	if n := j.Counts().Selected; n > 0 {
		parts = append(parts, part{style.Accent, style.Plural(n, "job") + " selected"})
	}
	if s := j.Sort(); s != joblist.Attention && width >= 80 {
		parts = append(parts, part{style.Dim, "by " + s.String()})
	}
	return parts
}

func (j *jobs) foldAll() {
	j.folded = !j.folded
	j.FoldAll(j.folded)
}

func (j *jobs) selectRow() {
	j.ToggleSelect()
	j.Move(1)
}

func (m *Model) nextProblem() {
	if !m.list.NextAttention() {
		m.say(style.Text, "nothing needs attention")
	}
}

func (m *Model) nextSort() {
	next := m.list.Sort().Next()
	m.list.SetSort(next)
	m.say(style.Text, "sorted by "+next.String())
}

func (m *Model) selectAll() {
	m.list.SelectAll()
	if n := m.list.Counts().Selected; n > 0 {
		m.say(style.Text, style.Plural(n, "job")+" selected")
	}
}

// askFilter asks for the filter. The list follows each key.
func (m *Model) askFilter() {
	apply := func(text string) {
		if text != m.list.text {
			m.list.narrow(text, m.list.status)
		}
	}
	m.prompt.Ask(prompt.Text{
		Label: label("/"), Begin: m.list.text,
		Changed: apply,
		Cancel:  func() { apply("") },
		Browse: func(by int) { // among what matches
			m.list.moved = true
			m.list.Move(by)
		},
		Enter: func(string) {
			if m.list.misread != nil {
				m.say(style.Warn, m.list.misread.Reason)
			}
		},
		Aside: func(room int) (style.Role, string) {
			switch misread := m.list.misread; {
			case misread != nil && !misread.Incomplete:
				return style.Warn, m.theme.Charset.Cut(misread.Reason, room)
			case m.list.text == "":
				return style.Dim, "such as status:error  batch:june  age>10m  is:new"
			}
			return style.Dim, m.list.found()
		},
	})
}

// look tells the poller which jobs are on the screen, when that has changed.
func (j *jobs) look(w Watcher) {
	if visible := j.VisibleIDs(); !slices.Equal(visible, j.visible) {
		j.visible = slices.Clone(visible)
		w.Visible(j.visible)
	}
}

// listLines draws the list, or says why it is empty.
func (m *Model) listLines() []string {
	var say []string
	switch {
	case !m.loaded:
		say = []string{"Loading the state file" + m.theme.Ellipsis}
	case m.list.Counts().Total == 0:
		say = []string{
			"Nothing tracked yet.", "",
			"Paste job IDs here, in any form:",
			"one a line, URLs, JSON, a log.", "",
			style.Joined(", ", m.keys.hint("add", "types one in"), m.keys.hint("help", "shows all keys")),
		}
	case m.list.Matched() == 0:
		say = []string{"No job matches", m.list.String(), "", m.keys.hint("back", "clears the filter")}
	default:
		return m.jobView().Rows(m.list.List, m.layout.listWidth, m.layout.listHeight, m.layout.headings > 0, !m.layout.beside)
	}
	return centered(m.theme, say, m.layout.listWidth, m.layout.headings+m.layout.listHeight)
}

// centered draws a few lines in the middle of a part of the screen, the first as a title.
func centered(t *style.Theme, say []string, width, height int) []string {
	out := slices.Repeat([]string{style.NewLine(t, style.Plain).Space(width).String()}, height)
	top, role := max((height-len(say))/2, 0), style.Strong
	for i, text := range say[:min(len(say), height)] {
		text = t.Charset.Cut(text, width-2)
		l := style.NewLine(t, style.Plain).Space((width-sanitize.Width(text))/2).Put(role, text)
		out[top+i] = l.PadTo(width).String()
		role = style.Dim
	}
	return out
}
