package plain

import (
	"strings"
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// showRest ends one look: the table, or the JSON lines of the jobs that could not be
// asked.
func (w *watch) showRest() {
	if !w.cfg.JSON {
		w.out.pending = append(w.out.pending, w.table()...)
		return
	}
	for _, id := range w.order {
		if at := w.jobs[id]; !at.told {
			w.line(at.job, time.Now())
		}
	}
}

// table is a row a job, in the order in which they were given or tracked.
func (w *watch) table() string {
	rows := [][]string{{"JOB", "STATUS", "DONE", "BATCH", "DESCRIPTION"}}
	for _, id := range w.order {
		at := w.jobs[id]
		if !w.shows(at.job) {
			continue
		}
		j, p := w.public(at.job), w.problem(at.job)
		said := about(j)
		if p != nil && !j.End.Finished() {
			said = joined("; ", said, "last check failed: "+sanitize.Line(problemText(p)))
		}
		said = joined("; ", said, sanitize.Line(at.file))
		look := new(style.Theme).Look(j.Answer.Status, j.End, at.problem)
		rows = append(rows, []string{
			w.shorts.of(id), sanitize.Line(look.Word), percent(j.Answer.Progress), w.batchName(j), said,
		})
	}
	if len(rows) == 1 {
		return ""
	}
	return aligned(rows)
}

func (w *watch) batchName(j *store.Job) string { return sanitize.Line(w.ledger.batches[j.Batch].Name) }

// aligned pads all cells but the last of a row to their column's width.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], sanitize.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(padded(cell, widths[i]+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}
