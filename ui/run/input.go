package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/ids"
)

// given finds the jobs of the command line, then those in standard input's text. A text
// without any is an error where only they can have been meant: a script whose list of jobs
// came out empty must not be told that all is Done, nor wait for others.
func given(ctx context.Context, opts config.Options) (ids.Found, error) {
	found, read, err := input(ctx, opts)
	if err != nil {
		return found, err
	}
	lines := opts.Output != config.Dashboard || opts.Once
	wanted := opts.Stdin == config.WantStdin || lines && (read || opts.BatchGiven && opts.Stdin != config.IgnoreStdin)
	if wanted && len(found.IDs) == 0 {
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

// inputDelay is how long standard input may take before it is said that it is read.
const inputDelay = 10 * time.Second

// input reads standard input's text, where job IDs are expected there, and reports
// whether it was a text or a file, be it an empty one. It ends with ctx, for an input that
// never does.
func input(ctx context.Context, opts config.Options) (ids.Found, bool, error) {
	if opts.Stdin == config.IgnoreStdin {
		return ids.Found{}, false, nil
	}
	text := false
	scanner := ids.NewScanner()
	done := make(chan error, 1)
	go func() {
		defer panics.Into(func(e *panics.Error) { done <- e })
		n, err := io.Copy(scanner, os.Stdin)
		info, failed := os.Stdin.Stat()
		text = n > 0 || failed == nil && info.Mode().IsRegular()
		done <- errors.Join(err, scanner.Close())
	}()
	late := time.After(inputDelay)
	for {
		select {
		case err := <-done:
			if err != nil {
				return ids.Found{}, false, fmt.Errorf("standard input can't be read: %w", err)
			}
			return scanner.Found, text, nil
		case <-late:
			fmt.Fprintln(os.Stderr, "jobwatch: waiting for the end of standard input, which may hold job IDs")
		case <-ctx.Done():
			return ids.Found{}, false, context.Cause(ctx)
		}
	}
}
