package run

import (
	"context"
	"errors"
	"os"
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
	found, err := given(ctx, a.opts)
	if err != nil {
		return err
	}
	in, err := keyboard()
	if err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	env := terminal.Environ(os.Environ())
	console := ui.NewConsole(in, os.Stdout, env, a.opts.Notify)
	var opened atomic.Pointer[store.Store] // by a command, which may still run at the end
	opts := a.screen(env)
	opts.Watcher = a.poller
	opts.Terminal, opts.Arrivals = console, a.arrivals(ctx, fail, found)
	opts.Open = func(ctx context.Context) (session.Journal, store.Opened, error) {
		s, contents, err := store.Open(ctx, a.state)
		opened.Store(s)
		return s, contents, err
	}
	files, stop := a.start(ctx, true)
	if files != nil {
		opts.Session.Downloads = files
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	model := ui.New(inner, opts)
	err = console.Run(ctx, model, !a.opts.NoMouse)
	gone()
	err = errors.Join(err, stop())
	cancel()
	if journal := opened.Load(); journal != nil && !errors.Is(err, ui.ErrHung) {
		err = errors.Join(err, session.SaveRest(context.WithoutCancel(ctx), journal, model.Unsaved()), journal.Close())
	}
	if kept, ok := a.kept(err); ok {
		jobs := model.Records()
		for i := range jobs {
			if a.opts.Redact {
				jobs[i] = session.Redacted(jobs[i])
			}
		}
		console.Print(plain.Receipt(jobs, kept, opts.Glyphs.Charset, width()))
	}
	if err != nil {
		return err
	}
	return context.Cause(ctx)
}

// screen returns what the options and the environment ask of the screen.
func (a *App) screen(env terminal.Env) ui.Options {
	opts := ui.Options{
		Palette: palette(a.opts), Glyphs: style.Unicode(), Profile: terminal.Profile(env),
		Keys: a.opts.Keys, Filter: a.opts.Filter, Clock: time.Now,
		Session: a.session(), OutputURL: a.outputURL,
	}
	opts.Details = map[string]ui.Details{"auto": ui.DetailsAuto, "below": ui.DetailsBelow, "off": ui.DetailsOff}[a.opts.Details]
	opts.Dark, opts.Ask = a.opts.Background.Decide(env)
	if a.opts.ASCII || terminal.Charset(env) == sanitize.ASCII {
		opts.Glyphs = style.ASCII()
	}
	if a.opts.Demo {
		opts.Title = "demo"
	}
	return opts
}

// palette returns the chosen theme with the user's own colours.
func palette(opts config.Options) style.Palette {
	var p style.Palette
	for _, t := range style.Themes() {
		if t.Name == opts.Theme {
			p = t.Palette
		}
	}
	for name, pair := range opts.Colors {
		p = p.With(name, pair)
	}
	return p
}

// width returns the terminal's width in cells, or 80 if it is unknown.
func width() int {
	if w, _, err := xterm.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		return w
	}
	return 80
}

// outputURL returns the URL of a Done job's path, or "".
func (a *App) outputURL(path string) string {
	u, err := a.client.Resolve(path)
	if err != nil {
		return ""
	}
	return u.String()
}

// kept returns where the jobs are now, and whether to print a receipt: after an error only
// if nothing could be saved, so that the receipt is all that is left of them.
func (a *App) kept(err error) (plain.Kept, bool) {
	_, broke := errors.AsType[*panics.Error](err)
	_, unsaved := errors.AsType[*store.NotSavedError](err)
	switch {
	case unsaved:
		return plain.Unsaved, !broke
	case a.opts.Demo:
		return plain.Thrown, err == nil
	}
	return plain.Saved, err == nil
}
