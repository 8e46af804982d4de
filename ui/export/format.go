package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/sanitize"
)

func writeCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns()); err != nil {
		return err
	}
	for i := range rows {
		cells := rows[i].cells()
		for c := range cells {
			cells[c] = harmless(sanitize.Line(cells[c]))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, "CSV
// Injection"): those begin with one of these, also in their full-width forms, and an
// apostrophe makes them text. Tabs and line breaks, the other way in, are gone already.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// record is a row in JSON. What is not known is null.
type record struct {
	ID          string     `json:"id"`
	Batch       *string    `json:"batch"`
	Status      *string    `json:"status"`
	Progress    *float64   `json:"progress"`
	Description *string    `json:"description"`
	Message     *string    `json:"status_meta"`
	Error       *string    `json:"error"`
	Added       *time.Time `json:"added"`
	Started     *time.Time `json:"started"`
	Ended       *time.Time `json:"ended"`
	Seconds     *float64   `json:"seconds"`
	Path        *string    `json:"path"`
	File        *string    `json:"file"`
}

// known is a pointer to a value that says something.
func known[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// writeJSON writes one array, a job a line. Texts are as they came: a program that
// reads them must trust them no more than jobwatch does.
func writeJSON(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w)
	begin := "[\n"
	for i := range rows {
		r := &rows[i]
		rec := record{
			ID: r.ID, Batch: known(r.Batch), Status: known(r.Status), Description: known(r.Description),
			Message: known(r.Message), Error: known(r.Error), Path: known(r.Path), File: known(r.File),
			Added: known(r.Added.UTC()), Started: known(r.Started.UTC()), Ended: known(r.Ended.UTC()),
		}
		if r.Progress >= 0 {
			rec.Progress = &r.Progress
		}
		if s, ok := r.seconds(); ok {
			rec.Seconds = &s
		}
		b, err := json.Marshal(rec)
		if err != nil {
			return err
		}
		_, _ = out.WriteString(begin) // a bufio.Writer keeps its error for Flush
		_, _ = out.Write(b)
		begin = ",\n"
	}
	if len(rows) == 0 {
		_, _ = out.WriteString("[")
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}

// writeMarkdown writes a GitHub table of what people look for. Times are in seconds'
// lengths, since a table is read, not computed with.
func writeMarkdown(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString("| Job | Batch | Status | Progress | Description | Message | Took |\n" +
		"| --- | --- | --- | ---: | --- | --- | ---: |\n")
	for i := range rows {
		r := &rows[i]
		progress, took, message := "", "", r.Error
		if r.Progress >= 0 {
			progress = fmt.Sprintf("%d %%", int(100*r.Progress+1e-6)) // 99.9 % is not 100
		}
		if s, ok := r.seconds(); ok {
			took = (time.Duration(s) * time.Second).String()
		}
		if message == "" {
			message = r.Message
		}
		for _, cell := range []string{r.ID, r.Batch, r.Status, progress, r.Description, message, took} {
			_, _ = out.WriteString("| " + orDash(markdown(cell)) + " ")
		}
		_, _ = out.WriteString("|\n")
	}
	return out.Flush()
}

// markdown makes a text one cell that shows as it is: no markup, links or HTML come
// of it.
func markdown(s string) string {
	s = sanitize.Line(s)
	if !strings.ContainsAny(s, "\\`*_{}[]<>()#+!|~&:@$-.") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
			continue
		case r == '<':
			b.WriteString("&lt;")
			continue
		case strings.ContainsRune("\\`*_[]|~!$", r), // markup anywhere
			i == 0 && strings.ContainsRune("#+->", r): // and at a line's begin
			b.WriteByte('\\')
		case r == ':' && strings.HasPrefix(s[i:], "://"), r == '@':
			b.WriteString("<!-- -->") // keeps addresses from becoming links by themselves
		case r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString("<!-- -->")
		}
		b.WriteRune(r)
	}
	return b.String()
}
