// Package run starts what one run of jobwatch needs, wires it together and stops it: the
// dashboard, the lines without a screen, the simulated API. It also writes the debug log
// and crash reports.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/session"
)

// App holds what is open during one run. Close it.
type App struct {
	opts   config.Options
	log    *slog.Logger // nil: none
	state  string       // the state file
	sim    *sim.Server  // the demo's API, or nil
	client *api.Client
	poller *poller.Poller
	closes []func() // in the order of opening
}

// Open finds the state file, starts the demo's API, and makes the poller.
func Open(ctx context.Context, opts config.Options, log *slog.Logger) (*App, error) {
	a := &App{opts: opts, log: log}
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	base := a.opts.API.String()
	a.state = a.opts.State
	switch {
	case a.opts.Demo: // its state file is thrown away
		dir, err := os.MkdirTemp("", "jobwatch-demo-")
		if err != nil {
			return fmt.Errorf("no place for the demo's state file: %w", err)
		}
		a.closes = append(a.closes, func() { _ = os.RemoveAll(dir) })
		a.state = filepath.Join(dir, "jobs.jsonl")
		a.sim = sim.New()
		url, stop, err := a.sim.ListenAndServe(ctx, "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("the demo's API can't be served: %w", err)
		}
		a.closes = append(a.closes, stop)
		base = url
	case a.state == "":
		if a.state, err = store.DefaultPath(); err != nil {
			return err
		}
	}
	a.client, err = api.New(base, api.Options{Version: config.Version(), Concurrency: a.opts.Concurrency})
	if err != nil {
		return &config.UsageError{Message: err.Error()}
	}
	a.closes = append(a.closes, a.client.CloseIdle)
	a.poller = poller.New(a.client, poller.Options{Rate: a.opts.Rate, Concurrency: a.opts.Concurrency})
	return nil
}

// session is what the options ask of both faces.
func (a *App) session() session.Config {
	config := session.Config{DownloadAll: a.opts.Download != "", Redact: a.opts.Redact, Log: a.log}
	if a.opts.NotifyCommand != "" {
		config.Command = notify.NewCommand(a.opts.NotifyCommand).Run
	}
	return config
}

// Close closes what Open opened.
func (a *App) Close() {
	for _, c := range slices.Backward(a.closes) {
		c()
	}
}

// start runs the poller, and downloads if they are wanted and there is a folder for them.
// Both run until stop is called, which waits for them and returns their errors; a panic
// that ended ctx is one of them.
func (a *App) start(ctx context.Context, wanted bool) (files *download.Downloads, stop func() error) {
	folder, err := a.opts.Download, error(nil)
	if folder == "" {
		folder, err = download.DefaultFolder()
	}
	stopFiles := func() error { return nil }
	if wanted && err == nil {
		files = download.New(a.client, a.poller, folder, a.opts.MaxDownload)
		stopFiles = running(ctx, files.Run)
	}
	stopPolling := running(ctx, a.poller.Run)
	return files, func() error {
		err := errors.Join(stopPolling(), stopFiles())
		if broke, ok := errors.AsType[*panics.Error](context.Cause(ctx)); ok {
			err = errors.Join(err, broke)
		}
		return err
	}
}

// running runs a function until stop is called, which waits for it.
func running(ctx context.Context, run func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		defer panics.Into(func(e *panics.Error) { done <- e })
		done <- run(ctx)
	}()
	return func() error {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	}
}
