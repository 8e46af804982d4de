// Package export writes rows to a file that other programs read: CSV for
// spreadsheets, JSON for scripts, a Markdown table for people.
package export

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// Row is one job, as it is to be exported. Texts may be untrusted. Whoever redacts
// gives short IDs, and no description, message, path or file.
type Row struct {
	ID          string
	Batch       string
	Status      string
	Progress    float64 // 0 to 1; negative when not known
	Description string
	Message     string // status_meta: the step under way, or the error's cause
	Error       string // what went wrong with the job or its polls, in people's words
	Path        string
	File        string // where its PDF is on disk
	Added       time.Time
	Started     time.Time
	Ended       time.Time // times may be zero: not known
}

// Format is a kind of file.
type Format uint8

// The formats.
const (
	CSV Format = iota
	JSON
	Markdown
)

// FormatOf tells the format by a file name's ending: .csv, .json, .md or .markdown, in
// any case. The error is for people.
func FormatOf(name string) (Format, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv":
		return CSV, nil
	case ".json":
		return JSON, nil
	case ".md", ".markdown":
		return Markdown, nil
	case "":
		return 0, fmt.Errorf("%s: the name must end in .csv, .json or .md, which says the format", quote(name))
	default:
		return 0, fmt.Errorf("%s: can't export as %s; the name must end in .csv, .json or .md", quote(name), quote(ext))
	}
}

// Write exports rows in a format.
func Write(w io.Writer, format Format, rows []Row) error {
	switch format {
	case CSV:
		return writeCSV(w, rows)
	case JSON:
		return writeJSON(w, rows)
	case Markdown:
		return writeMarkdown(w, rows)
	}
	return errors.New("unknown export format")
}

// columns are the names of what is exported, the same as in jobwatch --json where
// both have it.
func columns() []string {
	return []string{
		"id", "batch", "status", "progress", "description", "status_meta", "error",
		"added", "started", "ended", "seconds", "path", "file",
	}
}

// cells are a row's texts in the order of columns.
func (r *Row) cells() []string {
	seconds := ""
	if s, ok := r.seconds(); ok {
		seconds = fmt.Sprintf("%.0f", s)
	}
	progress := ""
	if r.Progress >= 0 {
		progress = fmt.Sprintf("%.4g", r.Progress)
	}
	return []string{
		r.ID, r.Batch, r.Status, progress, r.Description, r.Message, r.Error,
		stamp(r.Added), stamp(r.Started), stamp(r.Ended), seconds, r.Path, r.File,
	}
}

// seconds is how long the work took, once it is over.
func (r *Row) seconds() (float64, bool) {
	if r.Started.IsZero() || r.Ended.IsZero() {
		return 0, false
	}
	return max(0, r.Ended.Sub(r.Started).Seconds()), true
}

// stamp is RFC 3339 in UTC, which spreadsheets and scripts both sort.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// encode is a whole export in memory: some hundred bytes a row.
func encode(format Format, rows []Row) ([]byte, error) {
	var b bytes.Buffer
	err := Write(&b, format, rows)
	return b.Bytes(), err
}

// orDash is for tables that people read.
func orDash(s string) string { return cmp.Or(s, "-") }
