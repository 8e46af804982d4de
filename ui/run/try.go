package run

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/terminal"
)

// Serve serves the simulated API until ctx ends, and prints the IDs of its jobs.
func Serve(ctx context.Context, addr string) error {
	server := sim.New(rand.Uint64()) // other IDs each time: old ones may be in state files
	base, stop, err := server.ListenAndServe(ctx, addr)
	if err != nil {
		return fmt.Errorf("the simulated API can't be served on %s: %w", addr, err)
	}
	defer stop()
	fmt.Fprintf(os.Stderr, "The simulated API listens on %s. In another terminal:\n\n    jobwatch --api %s\n\n"+
		"and paste these IDs; ctrl+c ends it.\n\n", base, base)
	for b := range server.Arrivals(ctx, 1) {
		fmt.Println("# " + b.Name)
		for _, id := range b.IDs {
			fmt.Println(id)
		}
		fmt.Println()
	}
	return nil
}

// TryNotifications sends a notification in every way, says which one jobwatch would use
// in this terminal, and runs the notify command.
func TryNotifications(ctx context.Context, opts config.Options) error {
	env := terminal.Environ(os.Environ())
	text := fmt.Sprintf("This terminal should show notifications sent by %v", notify.WayOf(env))
	if notify.WayOf(env) == notify.ByBell {
		text = "This terminal is not known to pass notifications on: jobwatch rings its bell"
	}
	if env.Multiplexed() {
		text += ", through the multiplexer, which has to allow that (tmux: set -g allow-passthrough on)"
	}
	text += ".\n" + map[string]string{
		notify.Bell: "With --notify bell: by its bell.\n",
		notify.None: "With --notify none: none at all.\n",
	}[opts.Notify]
	out := bytes.NewBufferString(text)
	for _, w := range notify.Ways(env) {
		fmt.Fprintf(out, "Sending one by %v.%s\n", w, w.Sequence(env, "this one came by "+string(w)))
	}
	if _, err := out.WriteTo(os.Stdout); err != nil || opts.NotifyCommand == "" {
		return err
	}
	event := notify.Event{Kind: notify.Test, Time: time.Now(), Text: "a notification to try how it arrives"}
	if err := notify.NewCommand(opts.NotifyCommand).Run(ctx, event); err != nil {
		return cmp.Or(context.Cause(ctx), fmt.Errorf("the notify command failed: %w", err))
	}
	_, err := fmt.Println("The notify command has run.")
	return err
}
