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
	"sync/atomic"
	"time"
)

const (
	timeLimit = time.Minute // of a run of the command
	grace     = time.Second // for what it left running and holds on to its streams
	atOnce    = 4           // runs: a thousand jobs may fail in one moment
	atMost    = 1000        // runs, with those that wait: a command that hangs must not have events pile up
)

// Command is the user's own, which is told of events. It may be used by any number of
// goroutines.
type Command struct {
	command string
	events  atomic.Int64  // that wait or are under way
	slots   chan struct{} // one for each that is under way
}

// NewCommand returns a command for the system's shell.
func NewCommand(command string) *Command {
	return &Command{command: command, slots: make(chan struct{}, atOnce)}
}

// Run runs the command with an event and waits for its end, for a minute at most. Its error
// says how the command failed, with the last line of what it wrote to its standard error
// (untrusted). The event goes to it as it is: see [Event.Clean]. An event is left out, with
// an error, while a thousand others wait.
func (c *Command) Run(ctx context.Context, e Event) error {
	in, _ := json.Marshal(e) // of texts and numbers: no error
	defer c.events.Add(-1)
	if c.events.Add(1) > atMost {
		return fmt.Errorf("%d events wait for it, and others were left out", atMost)
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
	err := cmd.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) { // it left something running, which is its business
		return nil
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("it was ended after %v", timeLimit)
	}
	text := strings.TrimSpace(string(said))
	if text == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, text[strings.LastIndexByte(text, '\n')+1:])
}

// tail keeps the end of what is written to it.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	*t = (*t)[max(len(*t)-512, 0):]
	return len(p), nil
}
