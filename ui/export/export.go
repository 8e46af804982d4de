// Package export writes rows to a file that other programs read: CSV for
// spreadsheets, JSON for scripts, a Markdown table for people.
package export

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/ui/sanitize"
)

// Row is one job, as it is exported. Texts may be untrusted. To redact, give short IDs and
// no description, message, path or file.
type Row struct {
	ID          string
	Batch       string
	Status      string
	Progress    float64 // 0 to 1; negative if unknown
	Description string
	Message     string // status_meta: the current step, or the cause of an error
	Error       string // what went wrong with the job or its checks, for people
	Path        string
	File        string // where its PDF is on disk
	Added       time.Time
	Started     time.Time
	Ended       time.Time // zero times are unknown
}

// field is a value of a row: a string, a float64, a time in UTC, a duration, or nil if
// unknown.
type field struct {
	name  string
	value any
}

// fields returns the values for CSV and JSON, under the same names as in jobwatch --json
// where both have them.
func (r *Row) fields() []field {
	var progress, seconds any
	if r.Progress >= 0 {
		progress = r.Progress
	}
	if d, ok := r.took(); ok {
		seconds = d
	}
	return []field{
		{"id", r.ID},
		{"batch", known(r.Batch)},
		{"status", known(r.Status)},
		{"progress", progress},
		{"description", known(r.Description)},
		{"status_meta", known(r.Message)},
		{"error", known(r.Error)},
		{"added", known(r.Added.UTC())},
		{"started", known(r.Started.UTC())},
		{"ended", known(r.Ended.UTC())},
		{"seconds", seconds},
		{"path", known(r.Path)},
		{"file", known(r.File)},
	}
}

// known returns v, or nil for the zero value.
func known[T comparable](v T) any {
	if v == *new(T) {
		return nil
	}
	return v
}

// took returns how long the work took. It is false until it is over.
func (r *Row) took() (time.Duration, bool) {
	if r.Started.IsZero() || r.Ended.IsZero() {
		return 0, false
	}
	return max(0, r.Ended.Sub(r.Started)), true
}

// format writes rows in one format.
type format func(w io.Writer, rows []Row) error

// formatOf returns the format for a file name's extension, in any case. The error is for
// people.
func formatOf(name string) (format, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv":
		return writeCSV, nil
	case ".json":
		return writeJSON, nil
	case ".md", ".markdown":
		return writeMarkdown, nil
	case "":
		return nil, fmt.Errorf("%q: the name must end in .csv, .json or .md, which says the format", name)
	default:
		return nil, fmt.Errorf("%q: can't export as %q; the name must end in .csv, .json or .md", name, ext)
	}
}

func writeCSV(w io.Writer, rows []Row) error {
	out := csv.NewWriter(w)
	fields := (&Row{}).fields()
	cells := make([]string, len(fields))
	for i, f := range fields {
		cells[i] = f.name
	}
	_ = out.Write(cells) // a csv.Writer keeps its error
	for i := range rows {
		for c, f := range rows[i].fields() {
			cells[c] = cell(f.value)
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

// cell returns a value for a spreadsheet. Times are RFC 3339, which spreadsheets sort.
func cell(value any) string {
	switch v := value.(type) {
	case string:
		return harmless(sanitize.Line(v))
	case float64:
		return fmt.Sprintf("%.4g", v)
	case time.Time:
		return v.Format(time.RFC3339)
	case time.Duration:
		return fmt.Sprintf("%.0f", v.Seconds())
	default:
		return ""
	}
}

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, "CSV
// Injection"): formulas begin with one of these, also in full width, and an apostrophe
// makes them text. Tabs and line breaks, the other way in, are already removed.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// writeJSON writes one array, a job a line; unknown values are null. Texts are as they
// came: a program that reads them must trust them no more than jobwatch does.
func writeJSON(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w) // keeps its error for Flush
	_, _ = out.WriteString("[")
	before := "\n{"
	for i := range rows {
		for _, f := range rows[i].fields() {
			if d, ok := f.value.(time.Duration); ok {
				f.value = d.Seconds()
			}
			value, err := json.Marshal(f.value)
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintf(out, "%s%q:%s", before, f.name, value)
			before = ","
		}
		_, _ = out.WriteString("}")
		before = ",\n{"
	}
	_, _ = out.WriteString("\n]\n")
	return out.Flush()
}

// writeMarkdown writes a GitHub table of what people look for, with rounded figures.
func writeMarkdown(w io.Writer, rows []Row) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString("| Job | Batch | Status | Progress | Description | Message | Took |\n" +
		"| --- | --- | --- | ---: | --- | --- | ---: |\n")
	for i := range rows {
		r := &rows[i]
		progress, took := "", ""
		if r.Progress >= 0 {
			progress = fmt.Sprintf("%d %%", int(100*r.Progress+1e-6)) // 99.9 % is not 100
		}
		if d, ok := r.took(); ok {
			took = d.Truncate(time.Second).String()
		}
		for _, cell := range []string{r.ID, r.Batch, r.Status, progress, r.Description, cmp.Or(r.Error, r.Message), took} {
			_, _ = out.WriteString("| " + cmp.Or(markdown(cell), "-") + " ")
		}
		_, _ = out.WriteString("|\n")
	}
	return out.Flush()
}

// markdown returns a text as one cell that shows it as it is, without markup, links or HTML.
func markdown(s string) string {
	s = sanitize.Line(s)
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
			i == 0 && strings.ContainsRune("#+->", r): // and at the start of a line
			b.WriteByte('\\')
		case r == ':' && strings.HasPrefix(s[i:], "://"), r == '@',
			r == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString("<!-- -->") // keeps addresses from becoming links
		}
		b.WriteRune(r)
	}
	return b.String()
}
