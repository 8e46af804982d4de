package notify

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

// Command is the user's own, which is told of events. It may be used by any number of
// goroutines.
type Command struct {
	command string
	places  chan struct{} // one for each run that waits or is under way
	slots   chan struct{} // one for each that is under way
}

// errCrowded is the end of an event that came while too many others were waiting.
var errCrowded = fmt.Errorf("%d events wait for it, and others were left out", atMost)

// NewCommand returns a command for the system's shell.
func NewCommand(command string) *Command {
	return &Command{command, make(chan struct{}, atMost), make(chan struct{}, atOnce)}
}

// Run runs the command with an event and waits for its end, for a minute at most. Its
// error says how the command failed, with the last line of what it wrote to its
// standard error (untrusted). The event goes to it as it is: see [Event.Clean]. An event is left out, with an error, while a thousand others wait.
func (c *Command) Run(ctx context.Context, e Event) error {
	in, err := json.Marshal(e)
	if err != nil {
		return err
	}
	select {
	case c.places <- struct{}{}:
		defer func() { <-c.places }()
	default:
		return errCrowded
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, c.command) //nolint:gosec // it is the user's own command
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
