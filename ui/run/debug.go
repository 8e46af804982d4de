package run

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
)

// openLog opens the debug log (--debug), if one is wanted, to append to; a new one is
// readable only by the user.
//
// Anybody who has a job's ID may read the job, and people send logs to each other. So no
// ID is written beyond its first 8 digits, and no URL or text that came from the API.
func (a *App) openLog() error {
	if a.opts.Debug == "" {
		return nil
	}
	file, err := os.OpenFile(a.opts.Debug, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the debug log can't be written: %w", err)
	}
	a.closes = append(a.closes, func() { _ = file.Close() }) // there is nowhere left to report it
	a.log = slog.New(slog.NewTextHandler(file, &slog.HandlerOptions{ReplaceAttr: scrub}))
	a.log.Info("jobwatch begins", "version", config.Version(), "go", runtime.Version(), "os", runtime.GOOS, "arch", runtime.GOARCH,
		"term", os.Getenv("TERM"))
	return nil
}

// scrub shortens whatever looks like an ID or a URL.
func scrub(_ []string, a slog.Attr) slog.Attr {
	switch v := a.Value.Resolve(); v.Kind() { //nolint:exhaustive // numbers and times hold no text
	case slog.KindString, slog.KindAny:
		a.Value = slog.StringValue(job.Scrub(fmt.Sprint(v.Any())))
	}
	return a
}

// ReportCrash writes a report of a panic into the default state folder, and says on standard
// error where it is and whether all is saved.
func ReportCrash(e *panics.Error, saved bool) {
	state := "the state is saved"
	if !saved {
		state = "the newest changes may not be saved"
	}
	path, err := writeReport(e)
	report := "a report of it, without job IDs, is in " + path
	if err != nil {
		report = "no report of it could be written: " + job.Scrub(err.Error())
	}
	what, _, _ := strings.Cut(e.What, "\n")
	fmt.Fprintf(os.Stderr, "jobwatch crashed (%s); %s; %s\n", what, state, report)
}

// writeReport writes the report into a new file that only the user may read.
func writeReport(e *panics.Error) (path string, err error) {
	folder := os.TempDir()
	if state, err := store.DefaultPath(); err == nil {
		folder = filepath.Dir(state)
	}
	now := time.Now()
	text := fmt.Sprintf("jobwatch %s (%s %s/%s) crashed on %s.\n\n%s\n\n%s",
		config.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, now.Format(time.RFC1123Z), e.What, e.Stack)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(folder, "crash-"+now.Format("20060102-150405")+"-*.txt")
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(job.Scrub(text))
	return file.Name(), errors.Join(err, file.Close())
}
