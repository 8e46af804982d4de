package run

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
)

// ReportCrash writes a report of a panic into a folder and says so on w, in one sentence.
// saved is whether everything that was to be saved is in the state file.
func ReportCrash(w io.Writer, folder, version string, e *panics.Error, saved bool) {
	state := "the state is saved"
	if !saved {
		state = "the newest changes may not be saved"
	}
	path, err := writeReport(folder, version, e)
	report := "a report of it, without job IDs, is in " + path
	if err != nil {
		report = "no report of it could be written: " + job.Scrub(err.Error())
	}
	what, _, _ := strings.Cut(e.What, "\n")
	_, _ = fmt.Fprintf(w, "jobwatch crashed (%s); %s; %s\n", what, state, report)
}

// writeReport writes the report into a new file that only the user may read.
func writeReport(folder, version string, e *panics.Error) (path string, err error) {
	now := time.Now()
	text := fmt.Sprintf("jobwatch %s (%s %s/%s) crashed on %s.\n\n%s\n\n%s",
		version, runtime.Version(), runtime.GOOS, runtime.GOARCH, now.Format(time.RFC1123Z), e.What, e.Stack)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	name := filepath.Join(folder, "crash-"+now.Format("20060102-150405.000"))
	for n := 1; ; n++ {
		path = name + ".txt"
		if n > 1 {
			path = fmt.Sprintf("%s-%d.txt", name, n)
		}
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // G304: in the state folder
		if errors.Is(err, fs.ErrExist) && n < 100 {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = file.WriteString(job.Scrub(text))
		return path, errors.Join(err, file.Close())
	}
}
