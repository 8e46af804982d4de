// Package hook tells a command of the user's what has happened.
package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	// timeLimit bounds a run of the command.
	timeLimit = time.Minute
	// grace is how long what the command left running may hold on to its streams.
	grace = time.Second
	// atOnce bounds the runs under way: a thousand jobs may fail in one moment.
	atOnce = 4
	// atMost bounds those under way and those that wait: a command that hangs must not
	// have events pile up for days.
	atMost = 1000
)

// Hook runs one command. It may be used by any number of goroutines.
type Hook struct {
	command string
	places  chan struct{} // one for each run that waits or is under way
	slots   chan struct{} // one for each that is under way
}

// errCrowded is the end of an event that came while too many others were waiting.
var errCrowded = fmt.Errorf("%d events wait for it, and others were left out", atMost)

// New returns the Hook of a command for the system's shell.
func New(command string) *Hook {
	return &Hook{command, make(chan struct{}, atMost), make(chan struct{}, atOnce)}
}

// Run runs the command with an event and waits for its end, for a minute at most. Its
// error says how the command failed, with the last line of what it wrote to its
// standard error (untrusted). Of job IDs, only the one that is the event's goes to it
// whole. An event is left out, with an error, while a thousand others wait.
func (h *Hook) Run(ctx context.Context, e Event) error {
	e.Batch, e.Description, e.Cause = job.Scrub(e.Batch), job.Scrub(e.Description), job.Scrub(e.Cause)
	in, err := json.Marshal(e)
	if err != nil {
		return err
	}
	select {
	case h.places <- struct{}{}:
		defer func() { <-h.places }()
	default:
		return errCrowded
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, h.command) //nolint:gosec // it is the user's own command
	var said tail
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = bytes.NewReader(append(in, '\n')), &said, grace
	err = cmd.Run()
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // it left something running, which is its business
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("it was ended after %v", timeLimit)
	case said.lastLine() != "":
		return fmt.Errorf("%w: %s", err, said.lastLine())
	}
	return err
}

// tail keeps the end of what is written to it.
type tail struct{ end []byte }

const tailSize = 512 // bytes

func (t *tail) Write(p []byte) (int, error) {
	t.end = append(t.end, p...)
	t.end = t.end[max(len(t.end)-tailSize, 0):]
	return len(p), nil
}

func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(t.end)), "\n")
	return lines[len(lines)-1]
}
