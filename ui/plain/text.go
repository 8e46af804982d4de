package plain

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// object is one line for programs. What is "" or nil is not known, and null there.
type object struct {
	Time     string   `json:"time"`        // when it came about, RFC 3339 in UTC with milliseconds
	ID       string   `json:"id"`          // the whole ID
	Batch    string   `json:"batch"`       // the batch's name
	Status   string   `json:"status"`      // the API's word; "removed": it left the state file
	Progress *float64 `json:"progress"`    // 0 to 1
	Meta     string   `json:"status_meta"` // as the API gave it
	Path     string   `json:"path"`        // as the API gave it: the job's output when Done
	Error    string   `json:"error"`       // why the job has ended without being Done; null while it may still be
	Problem  string   `json:"problem"`     // why its last poll failed, "403 Forbidden: …"; null when it did not
	File     string   `json:"file"`        // where its PDF was saved: the whole path
	NoFile   string   `json:"file_error"`  // why its PDF could not be saved; null while it may still be
	From     string   `json:"ready_from"`  // when the job will be ready at the earliest, as time is
	By       string   `json:"ready_by"`    // and at the latest: in four cases of five it is between the two
}

// clock returns a time as programs read it.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// object returns a job's line for programs.
func (w *watch) object(at *watched, now time.Time) *object {
	j, progress := w.session.Public(&at.Job), float64(at.Answer.Progress)
	o := &object{
		Time: clock(now), ID: j.ID.String(), Batch: at.In().Name, Status: string(j.Answer.Status), Meta: j.Answer.Meta,
		Path: j.Answer.Path, Error: cause(&j), Problem: w.problem(at), File: j.File, NoFile: at.noFile,
	}
	if w.Session.Redact {
		o.ID = w.short[j.ID]
	}
	if at.Answer.Progress.Known() {
		o.Progress = &progress
	}
	if o.NoFile != "" {
		o.File = ""
	}
	if ready := w.ready(at, now); ready.Known {
		o.From, o.By = clock(now.Add(ready.Low)), clock(now.Add(ready.High))
	}
	return o
}

// unknown writes null for "".
func unknown(e *jsontext.Encoder, s string) error {
	if s == "" {
		return e.WriteToken(jsontext.Null)
	}
	return errors.ErrUnsupported // as any string is written
}

// append appends the object's line with all that could act on a terminal escaped: controls,
// bidi controls and what else is not printable can only stand in strings.
func (o *object) append(b []byte) []byte {
	line, _ := json.Marshal(o, jsontext.AllowInvalidUTF8(true), json.WithMarshalers(json.MarshalToFunc(unknown))) // never fails
	for _, r := range string(line) {
		if unicode.IsPrint(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			b = fmt.Appendf(b, `\u%04x`, unit)
		}
	}
	return append(b, '\n')
}

// showRest ends one look: the table, or the JSON lines of the jobs that could not be asked.
func (w *watch) showRest() {
	if !w.JSON {
		w.out.pending = append(w.out.pending, w.table()...)
		return
	}
	for _, at := range w.order {
		if at.told == "" {
			w.showStatus(at, time.Now())
		}
	}
}

// table is a row a job that the filter shows, in the order of giving or tracking.
func (w *watch) table() string {
	rows := [][5]string{{"JOB", "STATUS", "DONE", "BATCH", "DESCRIPTION"}}
	for _, at := range w.order {
		if !w.matches(w.Filter, at.Record) {
			continue
		}
		j, failed := w.session.Public(&at.Job), ""
		if at.Problem != nil && !j.End.Finished() {
			failed = "last check failed: " + w.problem(at)
		}
		look := new(style.Theme).Look(j.Answer.Status, j.End, at.Problem)
		rows = append(rows, [5]string{
			w.short[j.ID], sanitize.Line(look.Word), percent(j.Answer.Progress), sanitize.Line(at.In().Name),
			style.Joined("; ", about(&j), sanitize.Line(failed), sanitize.Line(at.file)),
		})
	}
	if len(rows) == 1 {
		return ""
	}
	var widths [5]int
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], sanitize.Width(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			row[i] = padded(cell, widths[i])
		}
		b.WriteString(strings.TrimRight(strings.Join(row[:], "  "), " ") + "\n")
	}
	return b.String()
}

// word is a job's status in a word or two, the same as on the screen.
func word(j *store.Job) string {
	return sanitize.Line(new(style.Theme).Look(j.Answer.Status, j.End, nil).Word)
}

// cause is why a job ended without being Done, or "". It is untrusted.
func cause(j *store.Job) string {
	if !j.End.Finished() || j.End == job.EndedDone {
		return ""
	}
	return cmp.Or(session.Cause(j), "no cause was given")
}

// about is a job's description and what there is to say of its status.
func about(j *store.Job) string {
	said := cmp.Or(sanitize.Line(cause(j)), sanitize.Line(j.Answer.Meta))
	if joblist.StateOf(j.Answer.Status, j.End) == joblist.Other {
		said = style.Joined("; ", said, style.UnknownStatus)
	}
	return style.Joined(": ", sanitize.Line(j.Answer.Description), said)
}

// problem is what may be told of why a job's last poll failed, with the HTTP status if there
// was one: "403 Forbidden: the API gave an unexpected answer"; "" when it did not.
func (w *watch) problem(at *watched) string {
	p := w.session.PublicProblem(at.Problem, &at.Job)
	switch {
	case p == nil:
		return ""
	case p.Code == 0:
		return p.Reason
	}
	status := http.StatusText(p.Code)
	reason := strings.TrimSuffix(p.Reason, ": "+status) // it may end with these words
	return style.Joined(": ", strings.TrimSpace(fmt.Sprintf("%d %s", p.Code, status)), reason)
}

// percent is a progress in four cells; one that is not known looks like no figure.
func percent(p job.Progress) string { return fmt.Sprintf("%4s", cmp.Or(style.Percent(p), "-")) }

// padded is a clean text with spaces up to a width in cells.
func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-sanitize.Width(s)))
}

// shortIDs gives jobs short IDs that tell them apart, and returns the longest one's width.
func shortIDs(ids []job.ID) (short map[job.ID]string, width int) {
	short, width = make(map[job.ID]string, len(ids)), len("01890a5d")
	sorted := slices.Compact(slices.SortedFunc(slices.Values(ids), job.ID.Compare))
	for i, id := range sorted {
		short[id] = id.Apart(sorted[max(i-1, 0):min(i+2, len(sorted))]...)
		width = max(width, len(short[id]))
	}
	return short, width
}
