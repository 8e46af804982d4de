// Package run starts what one run of jobwatch needs, wires it together, and stops
// it all again: the dashboard, the lines without a screen, the simulated API.
package run

import (
	"context"
	"errors"
	"fmt"
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
	"example.com/jobwatch/ui/trace"
)

// App is what is opened for one run, to be closed after it.
type App struct {
	opts   config.Options
	log    *trace.Log
	state  string // the state file
	sim    *sim.Server
	client *api.Client
	poller *poller.Poller
	closes []func() // in the order of opening
}

// Open finds the state file, starts the demo's API, and makes the poller.
func Open(ctx context.Context, opts config.Options, log *trace.Log) (*App, error) {
	a := &App{opts: opts, log: log}
	if err := a.open(ctx); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	if err := a.place(); err != nil {
		return err
	}
	base := a.opts.API.String()
	if a.opts.Demo {
		a.sim = sim.New()
		url, stop, err := a.sim.ListenAndServe(ctx, "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("the demo's API can't be served: %w", err)
		}
		a.closes = append(a.closes, stop)
		base = url
	}
	client, err := api.New(base, api.WithVersion(config.Version()), api.WithConcurrency(a.opts.Concurrency))
	if err != nil {
		return &config.UsageError{Message: err.Error()}
	}
	a.client = client
	a.closes = append(a.closes, client.CloseIdle)
	a.poller = poller.New(a.log.Client(client), poller.WithRate(a.opts.Rate), poller.WithConcurrency(a.opts.Concurrency))
	return nil
}

// Close closes what Open has opened.
func (a *App) Close() {
	for _, c := range slices.Backward(a.closes) {
		c()
	}
}

// place decides where the state file is; the demo's is thrown away.
func (a *App) place() error {
	if a.opts.Demo {
		dir, err := os.MkdirTemp("", "jobwatch-demo-")
		if err != nil {
			return fmt.Errorf("no place for the demo's state file: %w", err)
		}
		a.closes = append(a.closes, func() { _ = os.RemoveAll(dir) })
		a.state = filepath.Join(dir, "jobs.jsonl")
		return nil
	}
	if a.state = a.opts.State; a.state != "" {
		return nil
	}
	path, err := store.DefaultPath()
	a.state = path
	return err
}

// watch runs the poller until the returned function is called, which waits for it.
func (a *App) watch(ctx context.Context) (stop func() error) { return running(ctx, a.poller.Run) }

// downloads runs the downloading of PDFs until the returned function is called.
// Without a folder to put them into there is none.
func (a *App) downloads(ctx context.Context) (*download.Downloads, func() error) {
	folder, err := a.opts.Download, error(nil)
	if folder == "" {
		folder, err = download.DefaultFolder()
	}
	if err != nil {
		return nil, func() error { return nil }
	}
	d := download.New(a.client, folder, download.WithMaxBytes(a.opts.MaxDownload), download.WithTurns(a.poller))
	return d, running(ctx, d.Run)
}

// running runs something until the returned function is called, which waits for it.
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
