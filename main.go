// Command jobwatch watches batches of document-generation jobs in the terminal. It chooses
// what to run, which the package ui/run wires together, and the exit status.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/adrg/xdg"
	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/run"
	"example.com/jobwatch/ui/terminal"
)

func main() { os.Exit(jobwatch()) }

// jobwatch returns the exit status, after all deferred calls.
func jobwatch() (status int) {
	defer panics.Into(func(e *panics.Error) { status = failed(e) })
	log.SetOutput(io.Discard) // net/http's own messages would spoil the screen
	home, _ := os.UserHomeDir()
	state, _ := store.DefaultPath() // [run.Open] says why there is none
	opts, err := config.Parse(config.Input{
		Args: os.Args[1:], Env: os.Getenv,
		StdinTerminal:  xterm.IsTerminal(os.Stdin.Fd()),
		StdoutTerminal: xterm.IsTerminal(os.Stdout.Fd()) && terminal.Environ(os.Environ()).Draws(),
		Home:           home, StatePath: state,
		ConfigPath: filepath.Join(xdg.ConfigHome, "jobwatch", "config.toml"),
		ReadFile:   os.ReadFile, Keys: ui.Actions(),
	})
	if err != nil {
		return failed(err)
	}
	if opts.Text != "" {
		if _, err := fmt.Print(opts.Text); err != nil {
			return failed(fmt.Errorf("standard output can't be written: %w", err))
		}
		return config.ExitDone
	}
	for _, warning := range opts.Warnings {
		fmt.Fprintln(os.Stderr, "jobwatch: "+warning)
	}
	ctx, insist := untilSignalled()
	if opts.Output != config.Dashboard {
		insist()
	}
	switch {
	case opts.APIServer != "":
		return failed(run.Serve(ctx, opts.APIServer))
	case opts.TestNotification:
		return failed(run.TryNotifications(ctx, opts))
	}
	app, err := run.Open(ctx, opts)
	defer func() { app.Close(status) }()
	if err != nil {
		return failed(err)
	}
	if opts.Output == config.Dashboard {
		return failed(app.Dashboard(ctx, insist))
	}
	if opts.Timeout > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeoutCause(ctx, opts.Timeout, config.ErrTimeout)
		defer cancel()
	}
	ending := app.Lines
	if opts.Command != config.Watch {
		ending = app.Command
	}
	status, err = ending(ctx)
	return cmp.Or(failed(err), status)
}

// untilSignalled returns a context that a signal ends, as its cause. After insist is called,
// a second signal kills jobwatch; until then the terminal still has to be restored.
func untilSignalled() (ctx context.Context, insist func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	heard := slices.DeleteFunc([]os.Signal{syscall.SIGHUP, syscall.SIGQUIT}, signal.Ignored) // by nohup, or in the background
	signal.Notify(signals, append(heard, os.Interrupt, syscall.SIGTERM)...)
	go func() { cancel(config.SignalError((<-signals).(syscall.Signal))) }()
	return ctx, func() { context.AfterFunc(ctx, func() { signal.Stop(signals) }) }
}

// failed prints an error in one line, or writes a panic's report, and returns the exit status.
func failed(err error) int {
	status := config.Status(err)
	_, signalled := errors.AsType[config.SignalError](err)
	if broke, ok := errors.AsType[*panics.Error](err); ok {
		_, unsaved := errors.AsType[*store.NotSavedError](err)
		run.ReportCrash(broke, !unsaved)
	} else if err != nil && !signalled {
		fmt.Fprintf(os.Stderr, "jobwatch: %v\n", err)
	}
	return status
}
