package ui

import (
	"slices"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// helpLines returns the help in a width: the keys by subject, then what the list's marks,
// its columns and the filter's words mean.
func helpLines(t *style.Theme, k *keymap, width int) []string {
	return slices.Concat(keyLines(t, k.groups, width), []string{""}, legendLines(t, width))
}

// keyLines draws the keys in as many columns as fit.
func keyLines(t *style.Theme, groups [][]action, width int) []string {
	bound := make([][]action, len(groups))
	for i, group := range groups {
		bound[i] = slices.DeleteFunc(slices.Clone(group), func(a action) bool { return a.label == "" })
	}
	all := slices.Concat(bound...)
	half := (len(all) + 1) / 2
	for _, columns := range [][][]action{bound, {all[:half], all[half:]}} {
		if lines := keyColumns(t, columns, 0); slices.IndexFunc(lines, func(s string) bool { return sanitize.Width(s) > width-1 }) < 0 {
			return lines
		}
	}
	var lines []string
	for _, group := range bound {
		lines = append(append(lines, keyColumns(t, [][]action{group}, keyWidth(all))...), "")
	}
	return lines
}

// keyColumns draws columns of keys and what they do, with keys at least so wide.
func keyColumns(t *style.Theme, columns [][]action, keys int) []string {
	var lines []*style.Line
	at := 1
	for _, column := range columns {
		keys := max(keys, keyWidth(column))
		titles := 0
		for i, a := range column {
			if i == len(lines) {
				lines = append(lines, style.NewLine(t, style.Plain))
			}
			lines[i].PadTo(at).Put(style.Accent, a.label).PadTo(at+keys+1).Put(style.Text, a.title)
			titles = max(titles, sanitize.Width(a.title))
		}
		at += keys + 1 + titles + 4
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.String()
	}
	return out
}

func keyWidth(all []action) int {
	width := 0
	for _, a := range all {
		width = max(width, sanitize.Width(a.label))
	}
	return width
}

// explained is a mark or a word of the screen and its meaning.
type explained struct {
	role       style.Role
	what, says string
}

// legend explains the list's marks, its columns and the words of a filter.
func legend(t *style.Theme) (marks, words []explained) {
	g := &t.Glyphs
	marks = []explained{
		{style.Strong, "Marks", ""},
		{style.Dim, g.News, "done, not looked at yet"},
		{style.Warn, g.News, "failed, not looked at yet"},
		{style.Accent, g.Marked, "selected: actions apply to these"},
	}
	status := func(s job.Status, end job.End, says string) {
		look := t.Look(s, end, nil)
		marks = append(marks, explained{look.Role, look.Glyph + " " + look.Word, says})
	}
	status("", job.Live, "no answer yet")
	status(job.NotStarted, job.Live, "waiting in the queue")
	status(job.Processing, job.Live, "")
	status(job.Done, job.EndedDone, "the PDF is ready")
	status(job.Error, job.EndedError, "failed; the row says why")
	status("", job.EndedRejected, "the API does not accept its ID")
	status("", job.EndedGivenUp, "the API could not find it for long")
	marks = append(marks,
		explained{style.Warn, g.Running + " other word", style.UnknownStatus},
		explained{style.Dim, strings.Repeat(g.Unknown, 6), "no progress reported"},
		explained{style.Warn, "stalled 40s", "no progress for that long"},
		explained{style.Warn, "stale 3m", "no answer for that long"},
	)
	words = []explained{
		{style.Strong, "Columns", ""},
		{style.Dim, "ready", "done in about so long: ~40s, ~4m"},
		{style.Dim, "time", "how long it took, runs or has waited"},
		{style.Dim, "ago", "since it ended, or last answered"},
		{style.Dim, "", ""},
		{style.Strong, "Filter", ""},
		{style.Accent, "two words", "both, in ID, description or batch"},
		{style.Accent, `"two words"`, "side by side"},
		{style.Accent, "status:error", "also queued, running, done, failed"},
		{style.Accent, "batch:june", "in the batch's name"},
		{style.Accent, "progress>50%", "also <, >=, <=, ="},
		{style.Accent, "age>10m", "added longer ago than that"},
		{style.Accent, "is:new", "also stale, selected, live, finished"},
		{style.Accent, "!status:done", "not that"},
	}
	return marks, words
}

// legendLines draws the legend: marks beside words where there is room, else above them.
func legendLines(t *style.Theme, width int) []string {
	const what, says = 14, 42 // the widths of their columns
	width -= 2
	column := func(entries []explained) []string {
		var lines []string
		for _, e := range entries {
			l := style.NewLine(t, style.Plain).Space(1).Put(e.role, e.what)
			if e.says != "" {
				l.PadTo(what+1).Cut(style.Text, e.says, width-what)
			}
			lines = append(lines, l.String())
		}
		return lines
	}
	marks, words := legend(t)
	left, right := column(marks), column(words)
	if width < 2*(what+says) {
		return append(append(left, ""), right...)
	}
	for i := range max(len(left), len(right)) {
		if i == len(left) {
			left = append(left, "")
		}
		if i < len(right) {
			left[i] += strings.Repeat(" ", what+says-sanitize.Width(left[i])) + right[i]
		}
	}
	return left
}
