// Package settings says what the options mean for the screen: what it offers to be
// set, and what was chosen.
package settings

import (
	"context"
	"fmt"
	"io"
	"time"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/hook"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/redact"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// Offer adds what the screen lets people set: its keys, colours and themes.
func Offer(in *config.Input) {
	for _, a := range ui.Actions() {
		in.Keys = append(in.Keys, config.Key(a))
	}
	for _, c := range style.Calm().Named() {
		in.Roles = append(in.Roles, config.Role{
			Name: c.Name, Default: config.Color{Light: c.Light, Dark: c.Dark}, About: c.About,
		})
	}
	for _, t := range style.Themes() {
		in.Themes = append(in.Themes, config.Theme{Name: t.Name, About: t.About})
	}
}

// Palette is the chosen theme with the user's own colours.
func Palette(opts config.Options) style.Palette {
	p := style.Calm()
	for _, t := range style.Themes() {
		if t.Name == opts.Theme {
			p = t.Palette
		}
	}
	for name, c := range opts.Colors {
		p = p.With(name, style.Pair{Dark: c.Dark, Light: c.Light})
	}
	return p
}

// Details is where the current job's details are to stand.
func Details(opts config.Options) ui.Details {
	switch opts.Details {
	case config.DetailsBelow:
		return ui.DetailsBelow
	case config.DetailsOff:
		return ui.DetailsOff
	case config.DetailsAuto:
	}
	return ui.DetailsAuto
}

// Public are the jobs as the receipt may show them.
func Public(opts config.Options, jobs []store.Job) []store.Job {
	if opts.Redact {
		for i := range jobs {
			jobs[i] = redact.Job(jobs[i])
		}
	}
	return jobs
}

// TryNotifications sends one notification by each way there is, and says which one
// jobwatch would take.
func TryNotifications(ctx context.Context, opts config.Options, env terminal.Env, out io.Writer) error {
	way := notify.WayOf(env)
	said := fmt.Sprintf("This terminal is taken to show notifications by %v", way)
	if way == notify.ByBell {
		said = "This terminal is not known to pass notifications on: jobwatch rings its bell"
	}
	if env.Multiplexed() {
		said += ", through the multiplexer, which has to allow that (tmux: set -g allow-passthrough on)"
	}
	_, err := fmt.Fprintf(out, "%s.\n", said)
	if opts.Notify != notify.Desktop {
		_, err = fmt.Fprintf(out, "With --notify %v: %s.\n", opts.Notify,
			map[notify.Mode]string{notify.Bell: "by its bell", notify.None: "none at all"}[opts.Notify])
	}
	for _, w := range notify.Ways(env) {
		if err == nil {
			_, err = fmt.Fprintf(out, "Sending one by %v.%s\n", w, w.Test(env))
		}
	}
	if err != nil || opts.NotifyCommand == "" {
		return err
	}
	event := hook.Event{Event: "test", Time: time.Now(), Text: "a notification to try how it arrives"}
	if err := hook.New(opts.NotifyCommand).Run(ctx, event); err != nil {
		return fmt.Errorf("the notify command failed: %w", err)
	}
	_, err = fmt.Fprintln(out, "The notify command has run.")
	return err
}
