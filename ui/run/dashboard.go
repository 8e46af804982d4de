package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/plain"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// Dashboard shows the dashboard until the user leaves it or ctx ends, whose cause is then
// the error. It calls gone when the terminal is restored.
func (a *App) Dashboard(ctx context.Context, gone func()) error {
	keys, err := keyboard()
	if err != nil {
		return err
	}
	var in *input
	if a.opts.Stdin != config.IgnoreStdin {
		in = readInput(keys == os.Stdin)
	}
	if keys == os.Stdin && in != nil { // which can't be read for IDs and for keys at once
		fmt.Fprintln(os.Stderr, "jobwatch: reading job IDs from the terminal, up to ctrl+d")
		if in.back, _ = in.next(ctx); ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	env := terminal.Environ(os.Environ())
	console := ui.NewConsole(keys, os.Stdout, env, a.opts.Notify)
	var opened atomic.Pointer[store.Store] // by a command, which may still run at the end
	opts := a.screen(env)
	arrivals, last := a.arrivals(in)
	opts.Watcher, opts.Terminal, opts.Arrivals, opts.Input = a.poller, console, arrivals, in != nil
	opts.Open = func(ctx context.Context) (session.Journal, store.Opened, error) {
		s, contents, err := store.Open(ctx, store.OSDisk{}, a.state)
		opened.Store(s)
		return s, contents, err
	}
	stop := a.start(ctx)
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	model := ui.New(inner, opts)
	err = console.Run(ctx, model, !a.opts.NoMouse)
	gone()
	err = errors.Join(err, stop())
	cancel()
	if journal := opened.Load(); journal != nil && !errors.Is(err, ui.ErrHung) {
		for _, a := range slices.DeleteFunc(*last, func(a *session.Arrival) bool { return a.Taken }) {
			model.Arrived(a) //nolint:contextcheck,nolintlint // only found at times: its effects have a context of their own
		}
		err = errors.Join(err, session.SaveRest(context.WithoutCancel(ctx), journal, model.Unsaved()))
	}
	_, unsaved := errors.AsType[*store.NotSavedError](err)
	// After an error, a receipt is of use only if nothing could be saved: it is all that is
	// left of the jobs then.
	if _, broke := errors.AsType[*panics.Error](err); err == nil || unsaved && !broke {
		width, _, err := xterm.GetSize(os.Stdout.Fd())
		if err != nil || width <= 0 {
			width = 80
		}
		console.Print(plain.Receipt(model.Records(), !unsaved, a.opts.Demo, opts.Glyphs.Charset, width))
	}
	return cmp.Or(err, context.Cause(ctx))
}

// screen returns what the options and the environment ask of the screen.
func (a *App) screen(env terminal.Env) ui.Options {
	opts := ui.Options{
		Glyphs: style.Unicode(), Profile: terminal.Profile(env),
		Keys: a.opts.Keys, Filter: a.opts.Filter, Clock: time.Now,
		Session: a.session(true),
		OutputURL: func(path string) string {
			if u, err := a.client.Resolve(path); err == nil {
				return u.String()
			}
			return ""
		},
	}
	themes := style.Themes() // config has looked the name up
	opts.Palette = themes[slices.IndexFunc(themes, func(t style.Named) bool { return t.Name == a.opts.Theme })].Palette
	for name, pair := range a.opts.Colors {
		opts.Palette = opts.Palette.With(name, pair)
	}
	opts.Details = map[string]ui.Details{"auto": ui.DetailsAuto, "below": ui.DetailsBelow, "off": ui.DetailsOff}[a.opts.Details]
	opts.Dark, opts.Ask = terminal.Background(a.opts.Background, env)
	if a.opts.ASCII || terminal.Charset(env) == sanitize.ASCII {
		opts.Glyphs = style.ASCII()
	}
	if a.opts.Demo {
		opts.Title = "demo"
	}
	return opts
}
