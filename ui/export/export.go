// Package export writes rows to a file that other programs read: CSV for
// spreadsheets, JSON for scripts, a Markdown table for people.
package export

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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
	var progress any
	if r.Progress >= 0 {
		progress = r.Progress
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
		{"seconds", r.took()},
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

// took returns how long the work took, or nil until it is over.
func (r *Row) took() any {
	if r.Started.IsZero() || r.Ended.IsZero() {
		return nil
	}
	return max(0, r.Ended.Sub(r.Started))
}

// format returns rows in the format of a file name's extension, in any case. The error is for
// people.
func format(name string, rows []Row) ([]byte, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv":
		return asCSV(rows), nil
	case ".json":
		return asJSON(rows), nil
	case ".md", ".markdown":
		return asMarkdown(rows), nil
	case "":
		return nil, fmt.Errorf("%q: the name must end in .csv, .json or .md, which says the format", name)
	default:
		return nil, fmt.Errorf("%q: can't export as %q; the name must end in .csv, .json or .md", name, ext)
	}
}

func asCSV(rows []Row) []byte {
	b := bytes.NewBufferString("\ufeff") // else Excel reads it in Windows' own encoding
	out := csv.NewWriter(b)
	var cells []string
	for _, f := range (&Row{}).fields() {
		cells = append(cells, f.name)
	}
	_ = out.Write(cells) // a buffer never fails
	for i := range rows {
		for c, f := range rows[i].fields() {
			cells[c] = cell(f.value)
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return b.Bytes()
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

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, "CSV Injection"): an
// apostrophe makes it text. Tabs and line breaks, the other way in, are already removed.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// asJSON returns one array, a job a line; unknown values are null. Texts are as they
// came: a program that reads them must trust them no more than jobwatch does.
func asJSON(rows []Row) []byte {
	b := []byte("[")
	before := "\n{"
	for i := range rows {
		for _, f := range rows[i].fields() {
			if d, ok := f.value.(time.Duration); ok {
				f.value = d.Seconds()
			}
			value, _ := json.Marshal(f.value) // texts, numbers and times never fail
			b = fmt.Appendf(b, "%s%q:%s", before, f.name, value)
			before = ","
		}
		b = append(b, '}')
		before = ",\n{"
	}
	return append(b, "\n]\n"...)
}

// asMarkdown returns a GitHub table of what people look for, with rounded figures.
func asMarkdown(rows []Row) []byte {
	b := []byte("| Job | Batch | Status | Progress | Description | Message | Took |\n" +
		"| --- | --- | --- | ---: | --- | --- | ---: |\n")
	for i := range rows {
		r := &rows[i]
		progress, took := "", ""
		if r.Progress >= 0 {
			progress = fmt.Sprintf("%d %%", int(100*r.Progress+1e-6)) // 99.9 % is not 100
		}
		if d, ok := r.took().(time.Duration); ok {
			took = d.Truncate(time.Second).String()
		}
		for _, cell := range []string{r.ID, r.Batch, r.Status, progress, r.Description, cmp.Or(r.Error, r.Message), took} {
			b = append(b, "| "+cmp.Or(markdown(cell), "-")+" "...)
		}
		b = append(b, "|\n"...)
	}
	return b
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

// ErrExists is the error for a file that is there already: it is never replaced.
var ErrExists = errors.New("is there already")

// File exports rows to a new file, in the format of its name's extension. See [Text].
func File(name string, rows []Row) (path string, err error) {
	data, err := format(name, rows)
	if err != nil {
		return "", err
	}
	return Text(name, data)
}

// Text writes a new file for the user alone (0600), whole or not at all, and returns its whole
// path. A leading ~/ is the user's home. It never replaces another file. Errors are for people:
// they name the file and what can be done.
func Text(name string, data []byte) (path string, err error) {
	path = name
	if rest, ok := strings.CutPrefix(filepath.ToSlash(name), "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("%q: the home folder is not known; write the whole path", name)
		}
		path = filepath.Join(home, rest)
	}
	if path, err = filepath.Abs(path); err == nil {
		err = write(path, data)
	}
	info, missing := os.Stat(path)
	switch {
	case err == nil:
		return path, nil
	case missing == nil && info.IsDir():
		return "", fmt.Errorf("%q is a folder: name a file in it", name)
	case errors.Is(err, fs.ErrExist):
		return "", fmt.Errorf("%q %w: choose another name", name, ErrExists)
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no folder %q: make it first, or choose another", filepath.Dir(name))
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		err = e // without the path
	}
	return "", fmt.Errorf("can't write %q: %w", name, err)
}

// write writes a hidden file beside path and then names it so: whatever happens in the
// middle, nobody finds half a file.
func write(path string, data []byte) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".jobwatch-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Link(f.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(f.Name(), path) // on disks without links
}
