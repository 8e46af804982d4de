// Package trace writes the debug log (--debug): each poll, how it stands with the
// host, what is asked of the poller and what is saved. It stands around the parts that
// do these things, which know nothing of it.
//
// Whoever holds a job's ID may read the job, and people send logs to each other. So
// no ID is written beyond its first 8 digits, and no URL or text that came from the
// API at all.
package trace

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"

	"example.com/jobwatch/poller/job"
)

// Log is a debug log. A nil one writes nothing and stands around nothing.
type Log struct {
	log  *slog.Logger
	file *os.File
}

// Open opens a debug log, to be appended to; only the user may read one that did not
// exist. No path is no log. The error is for people.
func Open(path, version string) (*Log, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // a nil Log is one
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // G304: the user's own
	if err != nil {
		return nil, fmt.Errorf("the debug log can't be written: %w", err)
	}
	handler := slog.NewTextHandler(file, &slog.HandlerOptions{ReplaceAttr: scrub})
	l := &Log{slog.New(handler), file}
	l.log.Info("jobwatch begins", "version", version, "go", runtime.Version(), "os", runtime.GOOS, "arch", runtime.GOARCH,
		"term", os.Getenv("TERM"))
	return l, nil
}

// scrub is the last net: what looks like an ID or a URL is cut in whatever is logged.
func scrub(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() { //nolint:exhaustive // numbers and times hold no text
	case slog.KindString:
		a.Value = slog.StringValue(job.Scrub(v.String()))
	case slog.KindAny:
		a.Value = slog.StringValue(job.Scrub(fmt.Sprint(v.Any())))
	}
	return a
}

// Ends writes the exit status, and closes the log.
func (l *Log) Ends(status int) {
	if l == nil {
		return
	}
	l.log.Info("jobwatch ends", "status", status)
	_ = l.file.Close() // nobody is left to be told
}
