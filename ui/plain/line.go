package plain

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// stamp is when a line's news came about: the end's time, the answer's, or else now.
func stamp(j *store.Job, now time.Time) time.Time {
	switch {
	case j.End.Finished() && !j.Ended.IsZero():
		return j.Ended
	case !j.Answered.IsZero():
		return j.Answered
	}
	return now
}

// plainLine is one line for people.
func plainLine(b []byte, j *store.Job, at time.Time, ready forecast.Estimate, short string, shortWidth int) []byte {
	line := style.Joined("  ", at.Local().Format(time.DateTime), padded(short, shortWidth),
		padded(word(j), style.WordWidth), percent(j.Answer.Progress), about(j))
	if text := ready.WithClock(at.Local()); text != "" {
		line += "  (ready " + text + ")"
	}
	return append(append(b, line...), '\n')
}

// fileLine appends a line for people about a PDF.
func fileLine(b []byte, became string, at time.Time, short string, shortWidth int) []byte {
	line := style.Joined("  ", at.Local().Format(time.DateTime), padded(short, shortWidth), sanitize.Line(became))
	return append(append(b, line...), '\n')
}

// object is one line for programs; doc.go says what its fields mean.
type object struct {
	Time     string   `json:"time"`
	ID       string   `json:"id"`
	Batch    *string  `json:"batch"`
	Status   *string  `json:"status"`
	Progress *float64 `json:"progress"`
	Meta     *string  `json:"status_meta"`
	Path     *string  `json:"path"`
	Error    *string  `json:"error"`
	Problem  *string  `json:"problem"`
	File     *string  `json:"file"`
	NoFile   *string  `json:"file_error"`
	From     *string  `json:"ready_from"`
	By       *string  `json:"ready_by"`
}

// objectOf returns what the job itself says; the ID, the batch, the problem and why
// there is no file are the caller's to fill in.
func objectOf(j *store.Job, ready forecast.Estimate, at time.Time) object {
	o := object{
		Time:   utc(at),
		Status: known(string(j.Answer.Status)),
		Meta:   known(j.Answer.Meta),
		Path:   known(j.Answer.Path),
		Error:  known(cause(j)),
		File:   known(j.File),
	}
	if ready.Known {
		from, by := utc(at.Add(ready.Low)), utc(at.Add(ready.High))
		o.From, o.By = &from, &by
	}
	if j.Answer.Progress.Known() {
		p := float64(j.Answer.Progress)
		o.Progress = &p
	}
	return o
}

// jsonLine appends an object's line.
func jsonLine(b []byte, o *object) ([]byte, error) {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(o); err != nil {
		return b, err
	}
	return appendTame(b, line.Bytes()), nil
}

// utc is a moment as JSON lines have it: RFC 3339 in UTC with milliseconds.
func utc(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

// known is null for what is not known.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// appendTame appends a JSON line with all that could act on a terminal escaped: C1
// controls, bidi controls and what else is not printable can only stand in strings.
// (The encoder has escaped what is below U+0020.)
func appendTame(b, line []byte) []byte {
	for _, r := range string(line) {
		if r < unicode.MaxASCII || unicode.IsPrint(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b = fmt.Appendf(b, `\u%04x`, unit)
		}
	}
	return b
}

// showRest ends one look: the table, or the JSON lines of the jobs that could not be
// asked.
func (w *watch) showRest() {
	if !w.cfg.JSON {
		w.out.pending = append(w.out.pending, w.table()...)
		return
	}
	for _, id := range w.order {
		if at := w.jobs[id]; !at.told {
			w.line(at, time.Now())
		}
	}
}

// table is a row a job, in the order in which they were given or tracked.
func (w *watch) table() string {
	rows := [][]string{{"JOB", "STATUS", "DONE", "BATCH", "DESCRIPTION"}}
	for _, id := range w.order {
		at := w.jobs[id]
		if !w.shows(at) {
			continue
		}
		j, p := w.public(at.job()), w.problem(at)
		said := about(j)
		if p != nil && !j.End.Finished() {
			said = style.Joined("; ", said, "last check failed: "+sanitize.Line(problemText(p)))
		}
		said = style.Joined("; ", said, sanitize.Line(at.file))
		look := new(style.Theme).Look(j.Answer.Status, j.End, p)
		rows = append(rows, []string{
			w.shorts.of(id), sanitize.Line(look.Word), percent(j.Answer.Progress), sanitize.Line(at.In().Name), said,
		})
	}
	if len(rows) == 1 {
		return ""
	}
	return aligned(rows)
}

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

// word is a job's status in a word or two, the same as on the screen.
func word(j *store.Job) string {
	return sanitize.Line(new(style.Theme).Look(j.Answer.Status, j.End, nil).Word)
}

// cause is why a job ended without being Done, or "". Like all texts here it is
// untrusted.
func cause(j *store.Job) string {
	if !j.End.Finished() || j.End == job.EndedDone {
		return ""
	}
	return cmp.Or(session.Cause(j), "no cause was given")
}

// about is a job's description and what there is to say of its status.
func about(j *store.Job) string {
	said := sanitize.Line(j.Answer.Meta)
	if c := cause(j); c != "" {
		said = sanitize.Line(c)
	} else if joblist.StateOf(j.Answer.Status, j.End) == joblist.Other {
		said = style.Joined("; ", said, style.UnknownStatus)
	}
	return style.Joined(": ", sanitize.Line(j.Answer.Description), said)
}

// percent is a progress in four cells; one that is not known looks like no figure.
func percent(p job.Progress) string {
	if !p.Known() {
		return "   -"
	}
	// As 0.29 is a bit less than 29 hundredths, it takes a bit more to show 29.
	return fmt.Sprintf("%3d%%", int(math.Floor(float64(p)*100+1e-9)))
}

// padded is a clean text with spaces up to a width in cells.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-sanitize.Width(s)))
}

// shorts gives jobs the shortest IDs, of at least 8 digits, that tell them apart.
type shorts map[job.ID]string

func shortIDs(ids []job.ID) shorts {
	sorted := slices.SortedFunc(slices.Values(ids), job.ID.Compare)
	out := make(shorts, len(ids))
	for i, id := range sorted {
		shared := 0 // digits shared with a neighbour
		if i > 0 {
			shared = sharedDigits(id, sorted[i-1])
		}
		if i+1 < len(sorted) {
			shared = max(shared, sharedDigits(id, sorted[i+1]))
		}
		out[id] = hex.EncodeToString(id[:])[:min(max(8, shared+1), 2*len(id))]
	}
	return out
}

// of is a job's short ID, also that of a job it was not made for.
func (s shorts) of(id job.ID) string {
	if short, ok := s[id]; ok {
		return short
	}
	return id.Short()
}

// width is the longest's.
func (s shorts) width() int {
	w := len("01890a5d")
	for _, short := range s {
		w = max(w, len(short))
	}
	return w
}

// sharedDigits is how many hexadecimal digits two IDs have in common at their start;
// of the same ID twice, none.
func sharedDigits(a, b job.ID) int {
	for i := range a {
		if x := a[i] ^ b[i]; x != 0 {
			if x < 0x10 {
				return 2*i + 1
			}
			return 2 * i
		}
	}
	return 0
}
