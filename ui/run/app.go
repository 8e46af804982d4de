// Package run starts what one run of jobwatch needs, wires it together and stops it. It also
// writes the debug log and crash reports.
package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/plain"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/terminal"
)

// App holds what is open during one run. Close it.
type App struct {
	opts   config.Options
	log    *slog.Logger
	state  string      // the state file
	sim    *sim.Server // the demo's API, or nil
	client *api.Client
	poller *poller.Poller
	closes []func() // in the order of opening
	work   []func(context.Context) error
}

// Open opens the debug log, finds the state file, starts the demo's API, and makes the
// poller. After an error, too, close what it returns.
func Open(ctx context.Context, opts config.Options) (a *App, err error) {
	a = &App{opts: opts, log: slog.New(slog.DiscardHandler), state: opts.State}
	if err := a.openLog(); err != nil {
		return a, err
	}
	base := a.opts.API.String()
	switch {
	case a.opts.Demo: // its state file is thrown away
		dir, err := os.MkdirTemp("", "jobwatch-demo-")
		if err != nil {
			return a, fmt.Errorf("no place for the demo's state file: %w", err)
		}
		a.closes = append(a.closes, func() { _ = os.RemoveAll(dir) })
		a.state = filepath.Join(dir, "jobs.jsonl")
		a.sim = sim.New(1)
		url, stop, err := a.sim.ListenAndServe(ctx, "127.0.0.1:0")
		if err != nil {
			return a, fmt.Errorf("the demo's API can't be served: %w", err)
		}
		a.closes = append(a.closes, stop)
		base = url
	case a.state == "":
		if a.state, err = store.DefaultPath(); err != nil {
			return a, err
		}
	}
	if name := a.opts.Command; name != config.Watch && name != config.Download {
		return a, nil // of the network they need nothing, not even a proxy that is right
	}
	a.client, err = api.New(base, api.Options{
		Version: config.Version(), Concurrency: a.opts.Concurrency, Headers: a.opts.Headers, Timeout: a.opts.RequestTimeout,
	})
	if err != nil {
		return a, &config.UsageError{Message: err.Error()}
	}
	a.closes = append(a.closes, a.client.CloseIdle)
	a.poller = poller.New(a.client, poller.Options{Rate: a.opts.Rate, Concurrency: a.opts.Concurrency})
	a.work = append(a.work, a.poller.Run)
	return a, nil
}

// session is what the options ask of both faces. Without a folder for PDFs, they are
// downloaded to the default one if the user can ask for single ones.
func (a *App) session(single bool) session.Config {
	cfg := session.Config{Poller: a.poller, DownloadAll: a.opts.Download != "", Redact: a.opts.Redact, Log: a.log}
	if a.opts.NotifyCommand != "" {
		command := notify.NewCommand(a.opts.NotifyCommand)
		cfg.Command, a.closes = command.Run, append(a.closes, command.Wait)
	}
	folder := a.opts.Download
	if folder == "" && single {
		folder, _ = download.DefaultFolder()
	}
	if folder != "" {
		files := download.New(a.client, a.poller.InTurn, folder, a.opts.MaxDownload)
		cfg.Downloads, a.work = files, append(a.work, files.Run)
	}
	return cfg
}

// Close closes what Open opened, and logs the exit status.
func (a *App) Close(status int) {
	a.log.Info("jobwatch ends", "status", status)
	for _, c := range slices.Backward(a.closes) {
		c()
	}
}

// start runs the work until stop is called, which waits for it and returns its errors.
func (a *App) start(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	errs := make([]error, len(a.work))
	var running sync.WaitGroup
	for i, run := range a.work {
		running.Go(func() {
			defer panics.Into(func(e *panics.Error) { errs[i] = e })
			errs[i] = run(ctx)
		})
	}
	return func() error {
		cancel()
		running.Wait()
		return errors.Join(errs...)
	}
}

// Lines watches without a screen, in plain lines or JSON, and returns the exit status. If ctx
// ended it, the error is ctx's cause.
func (a *App) Lines(ctx context.Context) (status int, err error) {
	var arrivals <-chan *session.Arrival
	jobs := a.opts.Jobs
	if a.opts.Stdin != config.IgnoreStdin {
		arrivals, _ = a.arrivals(readInput(a.opts.Once))
	}
	if a.sim != nil {
		for _, b := range a.sim.Demo(1) {
			jobs = append(jobs, b.IDs...)
		}
	}
	journal, opened, err := a.openState(ctx)
	if err != nil {
		return 0, err
	}
	words, _ := joblist.ParseFilter(a.opts.Filter) // config has checked it
	return a.watch(ctx, plain.Config{Journal: journal, Opened: opened, Jobs: jobs, Arrivals: arrivals, Filter: words})
}

// jobs returns the jobs of the command line and those of standard input's whole text, each once.
func (a *App) jobs(ctx context.Context) ([]job.ID, error) {
	jobs := a.opts.Jobs
	if a.opts.Stdin != config.IgnoreStdin {
		in, silent := readInput(true), time.AfterFunc(plain.InputDelay, func() { tell(plain.Waiting) })
		found, _ := in.next(ctx)
		silent.Stop()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		note, err := in.verdict(a.opts, len(found.IDs), found.Near)
		if err != nil {
			return nil, err
		}
		if note != "" {
			tell(note)
		}
		jobs = append(jobs, found.IDs...)
	}
	seen := make(map[job.ID]bool, len(jobs))
	return slices.DeleteFunc(jobs, func(id job.ID) bool {
		before := seen[id]
		seen[id] = true
		return before
	}), nil
}

// openState opens the state file. It may wait for another jobwatch.
func (a *App) openState(ctx context.Context) (*store.Store, store.Opened, error) {
	journal, opened, err := store.Open(ctx, store.OSDisk{}, a.state)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return journal, opened, err
}

// watch has plain mode watch jobs as the options ask.
func (a *App) watch(ctx context.Context, cfg plain.Config) (status int, err error) {
	cfg.Out, cfg.Err, cfg.Updates = os.Stdout, os.Stderr, a.poller.Updates()
	cfg.JSON, cfg.Once, cfg.Demo = a.opts.Output == config.JSON, a.opts.Once, a.opts.Demo
	cfg.FailFast, cfg.Summary = a.opts.FailFast, a.opts.Summary
	cfg.Batch, cfg.BatchGiven, cfg.Session = a.opts.Batch, a.opts.BatchGiven, a.session(false)
	if env := terminal.Environ(os.Environ()); a.opts.Notify != notify.None && xterm.IsTerminal(os.Stderr.Fd()) && env.Draws() {
		cfg.Notify = func(text string) string { return notify.Sequence(env, a.opts.Notify, text) }
	}
	stop := a.start(ctx)
	status, err = plain.Run(ctx, cfg)
	return status, errors.Join(stop(), err) // a panic before the note that it stopped something
}
