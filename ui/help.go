package ui

import (
	"math"
	"slices"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// explained is a key, a mark or a word of the screen, and its meaning.
type explained struct {
	role       style.Role
	what, says string
}

// helpLines returns the help in a width: the keys by subject, then what the list's marks,
// its columns and the filter's words mean.
func helpLines(t *style.Theme, k *keymap, width int) []string {
	var groups [][]explained
	for _, group := range k.groups {
		var keys []explained
		for _, a := range group {
			if a.Help().Key != "" {
				keys = append(keys, explained{style.Accent, a.Help().Key, a.Help().Desc})
			}
		}
		groups = append(groups, keys)
	}
	all := slices.Concat(groups...)
	half := (len(all) + 1) / 2
	lines := columns(t, width, groups, [][]explained{all[:half], all[half:]})
	return slices.Concat(lines, []string{""}, columns(t, width, legend(t)))
}

// columns draws entries in the first of some divisions into columns that fits, else the
// columns of the first one below each other, cut.
func columns(t *style.Theme, width int, divisions ...[][]explained) []string {
	for _, columns := range divisions {
		if lines, widest := besideEachOther(t, math.MaxInt, columns...); widest < width {
			return lines
		}
	}
	var one []explained
	for _, column := range divisions[0] {
		one = append(append(one, column...), explained{})
	}
	lines, _ := besideEachOther(t, width, one[:len(one)-1])
	return lines
}

// besideEachOther draws columns that end before a cell, and returns the width that they take.
func besideEachOther(t *style.Theme, end int, columns ...[]explained) (out []string, widest int) {
	var lines []*style.Line
	at := 1
	for _, column := range columns {
		what := 0
		for _, e := range column {
			what = max(what, sanitize.Width(e.what))
		}
		for i, e := range column {
			if i == len(lines) {
				lines = append(lines, style.NewLine(t, style.Plain))
			}
			lines[i].PadTo(at).Put(e.role, e.what).PadTo(at+what+1).Cut(style.Text, e.says, end-at-what-2)
			widest = max(widest, lines[i].Width())
		}
		at = widest + 4
	}
	for _, l := range lines {
		out = append(out, l.String())
	}
	return out, widest
}

// legend explains the list's marks, its columns and the words of a filter.
func legend(t *style.Theme) [][]explained {
	g := &t.Glyphs
	status := func(s job.Status, end job.End, says string) explained {
		look := t.Look(s, end, nil)
		return explained{look.Role, look.Glyph + " " + look.Word, says}
	}
	marks := []explained{
		{style.Strong, "Marks", ""},
		{style.Dim, g.News, "done, not looked at yet"},
		{style.Warn, g.News, "failed, not looked at yet"},
		{style.Accent, g.Marked, "selected: actions apply to these"},
		status("", job.Live, "no answer yet"),
		status(job.NotStarted, job.Live, "waiting in the queue"),
		status(job.Processing, job.Live, ""),
		status(job.Done, job.EndedDone, "the PDF is ready"),
		status(job.Error, job.EndedError, "failed; the row says why"),
		status("", job.EndedRejected, "the API does not accept its ID"),
		status("", job.EndedGivenUp, "the API could not find it for long"),
		{style.Warn, g.Running + " other word", style.UnknownStatus},
		{style.Dim, strings.Repeat(g.Unknown, 6), "no progress reported"},
		{style.Warn, "stalled 40s", "no progress for that long"},
		{style.Warn, "stale 3m", "no answer for that long"},
	}
	words := []explained{
		{style.Strong, "Columns", ""},
		{style.Dim, "ready", "done in about so long: ~40s, ~4m"},
		{style.Dim, "time", "how long it took, runs or has waited"},
		{style.Dim, "ago", "since it ended, or last answered"},
		{},
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
	return [][]explained{marks, words}
}
