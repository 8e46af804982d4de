// Command jobwatch watches batches of document-generation jobs in the terminal.
//
// main reads the command line, opens what is needed and wires it together. It
// starts everything and stops everything, and owns the exit status.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/adrg/xdg"
	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/fetch"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/cli"
	"example.com/jobwatch/ui/crash"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/paste"
	"example.com/jobwatch/ui/plain"
	"example.com/jobwatch/ui/safe"
	"example.com/jobwatch/ui/settings"
	"example.com/jobwatch/ui/term"
	_ "example.com/jobwatch/ui/term/early" // before Bubble Tea asks the terminal anything
	"example.com/jobwatch/ui/theme"
	"example.com/jobwatch/ui/trace"
)

func main() { os.Exit(run()) }

// run is main with an exit status, so that everything deferred happens.
func run() (status int) {
	var a app
	defer crash.Into(func(e *crash.Error) { status = a.failed(e) })
	log.SetOutput(io.Discard) // net/http's own remarks must not land on the screen
	in := cli.Input{
		Args: os.Args[1:], Env: os.Getenv, Version: cli.Version(),
		StdinTerminal:  xterm.IsTerminal(os.Stdin.Fd()),
		StdoutTerminal: xterm.IsTerminal(os.Stdout.Fd()) && term.Environ(os.Environ()).Draws(),
		ConfigPath:     filepath.Join(xdg.ConfigHome, "jobwatch", "config.toml"),
		ReadFile:       os.ReadFile,
	}
	settings.Offer(&in)
	opts, err := cli.Parse(in)
	if err != nil {
		return failed(err)
	}
	if opts.Text != "" {
		fmt.Print(opts.Text)
		return cli.ExitDone
	}
	ctx, insist := untilSignalled(context.Background())
	if opts.APIServer != "" {
		insist()
		return failed(serve(ctx, opts.APIServer))
	}
	if opts.TestNotification {
		insist()
		return failed(settings.TryNotifications(ctx, opts, term.Environ(os.Environ()), os.Stdout))
	}
	a = app{opts: opts, insist: insist}
	if a.log, err = trace.Open(opts.Debug, cli.Version()); err != nil {
		return failed(err)
	}
	defer func() { a.log.Ends(status) }()
	defer a.close()
	if err := a.prepare(ctx); err != nil {
		return failed(err)
	}
	if opts.Output == cli.Dashboard && !opts.Once {
		return a.dashboard(ctx)
	}
	return a.lines(ctx)
}

// signalled is why jobwatch ends when it is told to.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return s.String() }

// status is what shells expect of a program that a signal ended: 128 and its number.
func (s signalled) status() int {
	if n, ok := s.Signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return cli.ExitInterrupted
}

// untilSignalled is a context that ends, with the signal as its cause, when the
// user, the system or a dropped line asks jobwatch to end. A second signal ends one
// that hangs, but not before insist is called: the screen has to be given back first.
func untilSignalled(ctx context.Context) (_ context.Context, insist func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() { cancel(signalled{<-signals}) }()
	return ctx, func() { context.AfterFunc(ctx, func() { signal.Stop(signals) }) }
}

// failed tells an error in one line and says what to exit with.
func failed(err error) int {
	if err == nil {
		return cli.ExitDone
	}
	if s, ok := errors.AsType[signalled](err); ok {
		return s.status()
	}
	fmt.Fprintf(os.Stderr, "jobwatch: %v\n", err)
	if usage := (*cli.UsageError)(nil); errors.As(err, &usage) {
		return cli.ExitUsage
	}
	return cli.ExitNotDone
}

// failed tells an error as [failed] does. Of a panic it leaves a report in the state
// folder, whatever file holds the state.
func (a *app) failed(err error) int {
	broke, ok := crash.In(err)
	if !ok {
		return failed(err)
	}
	folder := os.TempDir()
	if path, err := store.DefaultPath(); err == nil {
		folder = filepath.Dir(path)
	}
	_, unsaved := errors.AsType[*store.NotSavedError](err)
	crash.Tell(os.Stderr, folder, cli.Version(), broke, !unsaved)
	return cli.ExitBroken
}

// app is what is opened for one run, and closed after it.
type app struct {
	opts   cli.Options
	insist func() // from now on a second signal ends jobwatch at once
	state  string // the state file
	sim    *sim.Server
	client *api.Client
	poller *poller.Poller
	log    *trace.Log
	closes []func() // in the order of opening
}

func (a *app) close() {
	for _, c := range slices.Backward(a.closes) {
		c()
	}
}

// prepare finds the state file, starts the demo's API, and makes the poller.
func (a *app) prepare(ctx context.Context) error {
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
	client, err := api.New(base, api.WithVersion(cli.Version()), api.WithConcurrency(a.opts.Concurrency))
	if err != nil {
		return &cli.UsageError{Message: err.Error()}
	}
	a.client = client
	a.closes = append(a.closes, client.CloseIdle)
	a.poller = poller.New(a.log.Client(client), poller.WithRate(a.opts.Rate), poller.WithConcurrency(a.opts.Concurrency))
	return nil
}

// place decides where the state file is; the demo's is thrown away.
func (a *app) place() error {
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
func (a *app) watch(ctx context.Context) (stop func() error) { return running(ctx, a.poller.Run) }

// running runs something until the returned function is called, which waits for it.
func running(ctx context.Context, run func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() {
		defer crash.Into(func(e *crash.Error) { done <- e })
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

// input reads standard input's text, where job IDs are expected there. It ends with
// ctx, for an input that never does.
func (a *app) input(ctx context.Context) (string, error) {
	if a.opts.Stdin == cli.IgnoreStdin {
		return "", nil
	}
	var text []byte
	done := make(chan error, 1)
	go func() {
		var err error
		text, err = io.ReadAll(io.LimitReader(os.Stdin, maxInput))
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return "", fmt.Errorf("standard input can't be read: %w", err)
		}
		return string(text), nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// maxInput bounds what is taken from standard input, in bytes: a million IDs.
const maxInput = 64 << 20

// lines watches without a screen: plain lines, or JSON.
func (a *app) lines(ctx context.Context) int {
	a.insist()
	text, err := a.input(ctx)
	if err != nil {
		return failed(err)
	}
	jobs, err := given(a.opts, text)
	if err != nil {
		return failed(err)
	}
	if a.sim != nil {
		for _, b := range a.sim.Demo(1) {
			jobs = append(jobs, b.IDs...)
		}
	}
	journal, opened, err := store.Open(ctx, a.state)
	if err != nil {
		return failed(err)
	}
	defer journal.Close() //nolint:errcheck // all that Append said was saved is
	config := plain.Config{
		Out: os.Stdout, Err: os.Stderr, JSON: a.opts.Output == cli.JSON, Once: a.opts.Once,
		Journal: a.log.Journal(journal), Opened: opened, Watcher: a.log.Watcher(a.poller), Jobs: jobs, Batch: a.opts.Batch,
		Redact: a.opts.Redact,
	}
	if a.opts.NotifyCommand != "" {
		config.Command = hook.New(a.opts.NotifyCommand).Run
	}
	if env := term.Environ(os.Environ()); xterm.IsTerminal(os.Stderr.Fd()) && env.Draws() {
		config.Notify = func(text string) string { return notify.Sequence(env, a.opts.Notify, text) }
	}
	stopFiles := func() error { return nil }
	if a.opts.Download != "" {
		config.Downloads, stopFiles = a.downloads(ctx)
	}
	stop := a.watch(ctx)
	result, err := plain.Run(ctx, config)
	if err = errors.Join(err, stop(), stopFiles()); err != nil {
		return a.failed(err)
	}
	return result.Exit()
}

// dashboard watches on the screen.
func (a *app) dashboard(ctx context.Context) int {
	text, err := a.input(ctx)
	if err != nil {
		return failed(err)
	}
	jobs, err := given(a.opts, text)
	if err != nil {
		return failed(err)
	}
	in, err := keyboard()
	if err != nil {
		return failed(err)
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	env := term.Environ(os.Environ())
	console := ui.NewConsole(in, os.Stdout, env, a.opts.Notify)
	dark, ask := background(a.opts.Background).Decide(env)
	glyphs, keys := theme.Unicode(), ui.DefaultKeys().Bind(a.opts.Keys)
	if a.opts.ASCII || term.Charset(env) == safe.ASCII {
		glyphs, keys = theme.ASCII(), keys.ASCII()
	}
	var opened atomic.Pointer[store.Store] // by a command, which may still run at the end
	opts := ui.Options{
		Open: func(ctx context.Context) (ui.Journal, store.Opened, error) {
			s, contents, err := store.Open(ctx, a.state)
			opened.Store(s)
			return a.log.Journal(s), contents, err
		},
		Watcher: a.log.Watcher(a.poller), Terminal: console, Take: console.Take,
		Arrivals: a.arrivals(ctx, fail, jobs),
		Palette:  settings.Palette(a.opts), Glyphs: glyphs, Profile: term.Profile(env), Dark: dark, Ask: ask,
		Keys: keys, Filter: a.opts.Filter, Clock: time.Now,
		NotifyCommand: a.opts.NotifyCommand, Redact: a.opts.Redact,
	}
	if a.opts.Demo {
		opts.Title = "demo"
	}
	files, stopFiles := a.downloads(ctx)
	if files != nil {
		opts.Downloads, opts.DownloadAll = files, a.opts.Download != ""
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	model := ui.New(inner, opts)
	stop := a.watch(ctx)
	err = console.Run(ctx, model, !a.opts.NoMouse)
	a.insist()
	err = errors.Join(err, stop(), stopFiles())
	if broke, ok := crash.In(context.Cause(ctx)); ok {
		err = errors.Join(err, broke)
	}
	cancel()
	if journal := opened.Load(); journal != nil && !errors.Is(err, ui.ErrHung) {
		err = errors.Join(err, finish(context.WithoutCancel(ctx), journal, model.Unsaved()))
	}
	kept := plain.Saved
	if _, unsaved := errors.AsType[*store.NotSavedError](err); unsaved {
		kept = plain.Unsaved
	} else if a.opts.Demo {
		kept = plain.Thrown
	}
	if _, broke := crash.In(err); err == nil || kept == plain.Unsaved && !broke {
		console.Print(plain.Receipt(settings.Public(a.opts, model.Records()), kept, glyphs.Charset, width()))
	}
	if err != nil {
		return a.failed(err)
	}
	if s := (signalled{}); errors.As(context.Cause(ctx), &s) {
		return s.status()
	}
	return cli.ExitDone
}

// downloads runs the downloading of PDFs until the returned function is called.
// Without a folder to put them into there is none.
func (a *app) downloads(ctx context.Context) (*fetch.Downloads, func() error) {
	folder, err := a.opts.Download, error(nil)
	if folder == "" {
		folder, err = fetch.DefaultFolder()
	}
	if err != nil {
		return nil, func() error { return nil }
	}
	d := fetch.New(a.client, folder, fetch.WithMaxBytes(a.opts.MaxDownload), fetch.WithTurns(a.poller))
	return d, running(ctx, d.Run)
}

// finish saves what the dashboard had not saved yet, and closes the state file.
func finish(ctx context.Context, journal *store.Store, unsaved []store.Op) error {
	ctx, cancel := context.WithTimeout(ctx, saveGrace)
	defer cancel()
	var err error
	if len(unsaved) > 0 {
		err = journal.Append(ctx, unsaved...)
	}
	return errors.Join(err, journal.Close())
}

// saveGrace bounds the last save; it is longer than the store waits for its lock.
const saveGrace = 8 * time.Second

// arrivals are the jobs given at the start, and the demo's.
func (a *app) arrivals(ctx context.Context, fail context.CancelCauseFunc, jobs []job.ID) <-chan ui.Arrival {
	arrivals := make(chan ui.Arrival)
	go func() {
		defer close(arrivals)
		defer crash.Into(func(e *crash.Error) { fail(e) })
		send := func(ids []job.ID, batch string) bool {
			if len(ids) == 0 {
				return true
			}
			select {
			case arrivals <- ui.Arrival{Text: text(ids), Batch: batch}:
				return true
			case <-ctx.Done():
				return false
			}
		}
		if !send(jobs, a.opts.Batch) || a.sim == nil {
			return
		}
		for _, b := range a.sim.Demo(1) {
			send(b.IDs, b.Name)
		}
		for b := range a.sim.Arrivals(ctx, 1) {
			send(b.IDs, b.Name)
		}
	}()
	return arrivals
}

func text(ids []job.ID) []byte {
	var b []byte
	for _, id := range ids {
		b, _ = id.AppendText(b) // never fails
		b = append(b, '\n')
	}
	return b
}

// given are the jobs of the command line, then those in standard input's text.
func given(opts cli.Options, input string) ([]job.ID, error) {
	found := paste.IDs([]byte(input)).IDs
	if opts.Stdin == cli.WantStdin && len(found) == 0 {
		return nil, &cli.UsageError{Message: "no job IDs on standard input"}
	}
	return append(opts.Jobs, found...), nil
}

// keyboard is where keys come from: the terminal itself when standard input is
// something else.
func keyboard() (*os.File, error) {
	if xterm.IsTerminal(os.Stdin.Fd()) {
		return os.Stdin, nil
	}
	name := "/dev/tty"
	if runtime.GOOS == "windows" {
		name = "CONIN$"
	}
	tty, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("there is no terminal to read keys from (--plain needs none): %w", err)
	}
	return tty, nil
}

func background(b cli.Background) term.Background {
	switch b {
	case cli.BackgroundDark:
		return term.Dark
	case cli.BackgroundLight:
		return term.Light
	case cli.BackgroundAuto:
	}
	return term.Auto
}

// width is the terminal's, in cells; 80 when it is not known.
func width() int {
	if w, _, err := xterm.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		return w
	}
	return 80
}

// serve answers as the simulated API until interrupted, and prints the IDs.
func serve(ctx context.Context, addr string) error {
	server := sim.New(sim.WithSeed(rand.Uint64())) // other IDs each time: old ones may be in state files
	base, stop, err := server.ListenAndServe(ctx, addr)
	if err != nil {
		return fmt.Errorf("the simulated API can't be served on %s: %w", addr, err)
	}
	defer stop()
	fmt.Fprintf(os.Stderr, "The simulated API listens on %s. In another terminal:\n\n    jobwatch --api %s\n\n"+
		"and paste these IDs; ctrl+c ends it.\n\n", base, base)
	tell := func(b sim.Batch) {
		var text strings.Builder
		fmt.Fprintf(&text, "# %s\n", b.Name)
		for _, id := range b.IDs {
			fmt.Fprintln(&text, id)
		}
		fmt.Println(text.String())
	}
	for _, b := range server.Demo(1) {
		tell(b)
	}
	for b := range server.Arrivals(ctx, 1) {
		tell(b)
	}
	return nil
}
