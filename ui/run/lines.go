package run

import (
	"context"
	"errors"
	"fmt"
	"os"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/plain"
	"example.com/jobwatch/ui/terminal"
)

// Lines watches without a screen, in plain lines or JSON, and returns the exit status. If ctx
// ended it, the error is ctx's cause.
func (a *App) Lines(ctx context.Context) (status int, err error) {
	found, err := given(ctx, a.opts)
	if err != nil {
		return 0, err
	}
	if near := found.NearText(); near != "" {
		fmt.Fprintln(os.Stderr, "jobwatch: "+near+" on standard input; jobwatch goes on without")
	}
	if a.sim != nil {
		for _, b := range a.sim.Demo(1) {
			found.IDs = append(found.IDs, b.IDs...)
		}
	}
	journal, opened, err := store.Open(ctx, a.state)
	switch {
	case err != nil && ctx.Err() != nil: // it may wait for another jobwatch
		return 0, context.Cause(ctx)
	case err != nil:
		return 0, err
	}
	words, _ := joblist.ParseFilter(a.opts.Filter) // config has checked it
	config := plain.Config{
		Out: os.Stdout, Err: os.Stderr, JSON: a.opts.Output == config.JSON, Once: a.opts.Once,
		Journal: journal, Opened: opened, Updates: a.poller.Updates(),
		Jobs: found.IDs, Batch: a.opts.Batch, BatchGiven: a.opts.BatchGiven,
		Filter: words, Session: a.session(a.opts.Download != ""), Demo: a.opts.Demo,
	}
	if env := terminal.Environ(os.Environ()); a.opts.Notify != notify.None && xterm.IsTerminal(os.Stderr.Fd()) && env.Draws() {
		config.Notify = func(text string) string { return notify.Sequence(env, a.opts.Notify, text) }
	}
	stop := a.start(ctx)
	status, err = plain.Run(ctx, config)
	return status, errors.Join(err, stop())
}
