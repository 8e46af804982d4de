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
	a.log.Info("jobwatch begins", "version", config.Version(), "go", runtime.Version(),
		"os", runtime.GOOS, "arch", runtime.GOARCH, "term", os.Getenv("TERM"))
	return nil
}

// scrub shortens whatever looks like an ID or a URL.
func scrub(_ []string, a slog.Attr) slog.Attr {
	if kind := a.Value.Kind(); kind == slog.KindString || kind == slog.KindAny { // others hold no text
		a.Value = slog.StringValue(job.Scrub(a.Value.String()))
	}
	return a
}

// ReportCrash writes a report of a panic into the default state folder, where only the user
// may read it, and says on standard error where it is and whether all is saved.
func ReportCrash(e *panics.Error, saved bool) {
	folder, now := os.TempDir(), time.Now()
	if state, err := store.DefaultPath(); err == nil {
		folder = filepath.Dir(state)
	}
	_ = os.MkdirAll(folder, 0o700) // or there is no place for the file
	file, err := os.CreateTemp(folder, "crash-"+now.Format("20060102-150405")+"-*.txt")
	if err == nil {
		_, err = file.WriteString(job.Scrub(fmt.Sprintf("jobwatch %s (%s %s/%s) crashed on %s.\n\n%s\n\n%s",
			config.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH, now.Format(time.RFC1123Z), e.What, e.Stack)))
		err = errors.Join(err, file.Close())
	}
	state, report := "the state is saved", "a report of it, without job IDs, is in "
	if !saved {
		state = "the newest changes may not be saved"
	}
	if err != nil {
		report = "no report of it could be written: " + job.Scrub(err.Error())
	} else {
		report += file.Name()
	}
	what, _, _ := strings.Cut(e.What, "\n")
	fmt.Fprintf(os.Stderr, "jobwatch crashed (%s); %s; %s\n", what, state, report)
}
