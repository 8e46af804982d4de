package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/ids"
)

// given returns the jobs of the command line, then those in standard input's text. A text
// without any is an error if nothing else can have been meant: a script whose list of jobs
// is empty by mistake must not be told that all are Done, nor wait for other jobs.
func given(ctx context.Context, opts config.Options) (ids.Found, error) {
	if opts.Stdin == config.IgnoreStdin {
		return ids.Found{IDs: opts.Jobs}, nil
	}
	found, read, err := input(ctx)
	if err != nil {
		return found, err
	}
	lines := opts.Output != config.Dashboard
	if wanted := opts.Stdin == config.WantStdin || lines && (read || opts.BatchGiven); wanted && len(found.IDs) == 0 {
		none := "no job IDs on standard input"
		if near := found.NearText(); near != "" {
			none += ", but " + near
		}
		switch {
		case opts.BatchGiven && lines:
			none += "; " + config.OnlyNames
		case opts.Stdin == config.MaybeStdin:
			none += "; to watch all tracked jobs, leave it empty (< " + os.DevNull + ")"
		}
		return found, &config.UsageError{Message: none}
	}
	found.IDs = append(opts.Jobs, found.IDs...)
	return found, nil
}

// inputDelay is how long standard input may take before the user is told to wait for it.
const inputDelay = 1500 * time.Millisecond

// input reads standard input's text, and reports whether it was a text or a file, even an
// empty one. It returns when ctx ends: an input may never end.
func input(ctx context.Context) (ids.Found, bool, error) {
	var found ids.Found
	text := false
	done := make(chan error, 1)
	go func() {
		defer panics.Into(func(e *panics.Error) { done <- e })
		s := ids.NewScanner(os.Stdin)
		var err error
		for err == nil {
			err = s.Scan()
		}
		info, failed := os.Stdin.Stat()
		found, text = s.Found, s.Length > 0 || failed == nil && info.Mode().IsRegular()
		done <- err
	}()
	late := time.After(inputDelay)
	for {
		select {
		case err := <-done:
			if !errors.Is(err, io.EOF) {
				return ids.Found{}, false, fmt.Errorf("standard input can't be read: %w", err)
			}
			return found, text, nil
		case <-late:
			fmt.Fprintln(os.Stderr, "jobwatch: waiting for the end of standard input, which may hold job IDs")
		case <-ctx.Done():
			return ids.Found{}, false, context.Cause(ctx)
		}
	}
}

// arrivals has the jobs given at the start sent, then the demo's.
func (a *App) arrivals(given ids.Found) <-chan ui.Arrival {
	arrivals := make(chan ui.Arrival)
	a.work = append(a.work, func(ctx context.Context) error {
		defer close(arrivals)
		send := func(found ids.Found, batch string, given bool) {
			select {
			case arrivals <- ui.Arrival{Found: found, Batch: batch, Given: given}:
			case <-ctx.Done():
			}
		}
		if len(given.IDs) > 0 || given.Near > 0 {
			send(given, a.opts.Batch, true)
		}
		if a.sim == nil {
			return nil
		}
		for b := range a.sim.Arrivals(ctx, 1) {
			send(ids.Found{IDs: b.IDs}, b.Name, false)
		}
		return nil
	})
	return arrivals
}

// keyboard returns the terminal that keys are read from: standard input may be another
// file.
func keyboard() (*os.File, error) {
	if xterm.IsTerminal(os.Stdin.Fd()) {
		return os.Stdin, nil
	}
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	tty, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("there is no terminal to read keys from (--plain needs none): %w", err)
	}
	return tty, nil
}
