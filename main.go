// Command jobwatch watches batches of document-generation jobs in the terminal.
//
// It reads the command line, chooses what to run, handles signals, and decides the exit
// status. The package ui/run wires together what runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
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
	opts, err := config.Parse(config.Input{
		Args: os.Args[1:], Env: os.Getenv,
		StdinTerminal:  xterm.IsTerminal(os.Stdin.Fd()),
		StdoutTerminal: xterm.IsTerminal(os.Stdout.Fd()) && terminal.Environ(os.Environ()).Draws(),
		ConfigPath:     filepath.Join(xdg.ConfigHome, "jobwatch", "config.toml"),
		ReadFile:       os.ReadFile,
		Keys:           ui.Actions(),
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
	ctx, insist := untilSignalled(context.Background())
	switch {
	case opts.APIServer != "":
		insist()
		return failed(run.Serve(ctx, opts.APIServer))
	case opts.TestNotification:
		insist()
		return failed(run.TryNotifications(ctx, opts))
	}
	app, err := run.Open(ctx, opts)
	defer func() { app.Close(status) }()
	if err != nil {
		return failed(err)
	}
	if opts.Output == config.Dashboard && !opts.Once {
		return failed(app.Dashboard(ctx, insist))
	}
	insist()
	if status, err = app.Lines(ctx); err != nil {
		return failed(err)
	}
	return status
}

// signalled is the cause of a context that a signal ended.
type signalled syscall.Signal

func (s signalled) Error() string { return syscall.Signal(s).String() }

// untilSignalled returns a context that ends, with the signal as its cause, when the user,
// the system or a lost connection asks jobwatch to end. After insist is called, a second
// signal kills it; until then the terminal still has to be restored.
func untilSignalled(ctx context.Context) (_ context.Context, insist func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGQUIT} {
		if !signal.Ignored(s) { // as nohup does, and shells for background jobs
			signal.Notify(signals, s)
		}
	}
	go func() { cancel(signalled((<-signals).(syscall.Signal))) }()
	return ctx, func() { context.AfterFunc(ctx, func() { signal.Stop(signals) }) }
}

// failed prints an error in one line and returns the exit status. Of a panic it writes a
// report.
func failed(err error) int {
	if err == nil {
		return config.ExitDone
	}
	if broke, ok := errors.AsType[*panics.Error](err); ok {
		_, unsaved := errors.AsType[*store.NotSavedError](err)
		run.ReportCrash(broke, !unsaved)
		return config.ExitBroken
	}
	if s, ok := errors.AsType[signalled](err); ok {
		return 128 + int(s) // as shells have it
	}
	fmt.Fprintf(os.Stderr, "jobwatch: %v\n", err)
	if _, ok := errors.AsType[*config.UsageError](err); ok {
		return config.ExitUsage
	}
	return config.ExitNotDone
}
