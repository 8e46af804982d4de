package run

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/plain"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// command is one of add, list, remove and download at work on the open state file.
type command struct {
	*App
	session *session.Session // what the state file holds; it follows nothing
	journal session.Journal
	opened  store.Opened // without the warnings, which were told
}

// Command runs the command that was given, and returns the exit status. If ctx ended it, the
// error is ctx's cause.
func (a *App) Command(ctx context.Context) (status int, err error) {
	name := a.opts.Command
	if name == config.Remove && !a.opts.Yes && !a.canAsk() {
		return 0, &config.UsageError{Message: "jobwatch remove asks first, and there is no terminal to ask on: --yes removes without asking"}
	}
	given, err := a.jobs(ctx)
	if err != nil {
		return 0, err
	}
	journal, opened, err := a.openState(ctx)
	if err != nil {
		return 0, err
	}
	if name != config.Download && opened.NotSaving {
		opened.Warnings = nil // of no use to list; the others' own error says so
	}
	c := command{a, session.New(session.Config{Log: a.log}), journal, store.Opened{Contents: opened.Contents, NotSaving: opened.NotSaving}}
	c.session.Open(journal, opened)
	events, _ := c.session.Take()
	for _, e := range events {
		tell(e.Text)
	}
	if name == config.Add {
		return config.ExitDone, c.add(ctx, given)
	}
	chosen := c.chosen(given)
	if n := len(given) - len(c.session.Find(given)); n > 0 && (name == config.Remove || a.opts.Filter != "") {
		tell(style.Plural(n, "given job") + " not tracked")
	}
	none := "no tracked job matches the filter"
	switch {
	case name == config.Remove:
		return c.remove(ctx, chosen)
	case name == config.List && len(chosen) > 0:
		return c.show(ctx, os.Stdout, chosen)
	case name == config.List: // that there are none is no failure
		tell(map[bool]string{true: "no jobs are tracked", false: none}[a.opts.Filter == ""])
		return config.ExitDone, nil
	case a.opts.Filter == "":
	case len(chosen) == 0:
		return 0, errors.New(none + ": there is nothing to download")
	default:
		given = session.IDs(chosen)
	}
	if a.opts.Download == "" {
		if a.opts.Download, err = download.DefaultFolder(); err != nil {
			return 0, err
		}
	}
	return a.watch(ctx, plain.Config{Journal: journal, Opened: c.opened, Jobs: given})
}

// chosen returns the tracked ones of the given jobs, or all if there are none, that match the filter.
func (c *command) chosen(given []job.ID) []*session.Record {
	records, now := c.session.Find(given), time.Now()
	if len(given) == 0 {
		records = c.session.Records()
	}
	words, _ := joblist.ParseFilter(c.opts.Filter) // config has checked it
	return slices.DeleteFunc(records, func(r *session.Record) bool { return !words.Match(&joblist.Row{Record: r}, now) })
}

// save writes what was changed into the state file. It is not interrupted: this takes seconds at most.
func (c *command) save(ctx context.Context) error {
	return session.SaveRest(context.WithoutCancel(ctx), c.journal, c.session.Unsaved())
}

// add tracks those of the jobs that are not tracked, and prints their IDs once they are saved.
func (c *command) add(ctx context.Context, given []job.ID) error {
	known, elsewhere := c.session.Find(given), c.session.Elsewhere(given, c.opts.Batch)
	added, _ := c.session.Add(given, c.session.NewBatch(c.opts.Batch))
	if err := c.save(ctx); err != nil {
		return err
	}
	c.log.Info("add", "new", len(added), "already", len(known))
	if n := len(known); n > 0 {
		var short []string
		for _, r := range known[:min(n, mostShown)] {
			short = append(short, r.ID.Short())
		}
		note := style.Plural(n, "job") + " already tracked: " + strings.Join(short, ", ")
		if n > mostShown {
			note += ", …"
		}
		if elsewhere > 0 && c.opts.BatchGiven {
			note += fmt.Sprintf("; %d of them in another batch, where they stay", elsewhere)
		}
		tell(note)
	}
	out := bufio.NewWriter(os.Stdout)
	for _, r := range added {
		id := r.ID.String()
		if c.opts.Redact {
			id = r.ID.Short()
		}
		_, _ = out.WriteString(id + "\n") // Flush has the error
	}
	return unwritten(out.Flush())
}

// show prints jobs as they are known.
func (c *command) show(ctx context.Context, out io.Writer, of []*session.Record) (status int, err error) {
	return plain.Run(ctx, plain.Config{
		Out: out, Err: os.Stderr, JSON: c.opts.Output == config.JSON, Once: true, Look: true,
		Journal: c.journal, Opened: c.opened, Jobs: session.IDs(of), Session: session.Config{Redact: c.opts.Redact, Log: c.log},
	})
}

// mostShown is how many jobs are named where their number says most.
const mostShown = 10

// remove removes jobs, if the user agrees.
func (c *command) remove(ctx context.Context, chosen []*session.Record) (status int, err error) {
	if len(chosen) > 0 && !c.opts.Yes {
		if len(chosen) <= mostShown {
			if _, err := c.show(ctx, os.Stderr, chosen); err != nil {
				return 0, err
			}
		}
		question := fmt.Sprintf("Remove %s (%s)? Adding them again brings them back.", style.Plural(len(chosen), "job"), plain.Counts(chosen))
		if yes, err := ask(ctx, question); !yes {
			if err == nil {
				tell("nothing was removed")
			}
			return config.ExitNotDone, err
		}
	}
	removed := c.session.Remove(session.Members(chosen))
	if err := c.save(ctx); err != nil {
		return 0, err
	}
	c.log.Info("remove", "jobs", len(removed))
	_, err = fmt.Println("removed " + style.Plural(len(removed), "job"))
	return config.ExitDone, unwritten(err)
}

// unwritten says that standard output failed with err; nil if it did not.
func unwritten(err error) error {
	if err != nil {
		err = fmt.Errorf("standard output can't be written: %w", err)
	}
	return err
}

// canAsk reports whether there is somebody to ask. Only where "-" was given may standard input
// be something else than the terminal.
func (a *App) canAsk() bool {
	return xterm.IsTerminal(os.Stderr.Fd()) && (a.opts.Stdin == config.WantStdin || xterm.IsTerminal(os.Stdin.Fd()))
}

// ask asks a question on the terminal. All but y and yes means no.
func ask(ctx context.Context, question string) (yes bool, err error) {
	in, err := keyboard()
	if err != nil {
		return false, err
	}
	fmt.Fprint(os.Stderr, question+" [y/N] ")
	answer, answered := "", make(chan error, 1)
	go func() {
		defer panics.Into(func(e *panics.Error) { answered <- e })
		line, err := bufio.NewReader(in).ReadString('\n')
		if err == nil {
			answer = line
		}
		answered <- nil
	}()
	select {
	case err := <-answered:
		if answer == "" {
			fmt.Fprintln(os.Stderr) // ctrl+d leaves the cursor there
		}
		answer = strings.ToLower(strings.TrimSpace(answer))
		return answer == "y" || answer == "yes", err
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr)
		return false, context.Cause(ctx)
	}
}

// tell says something about jobwatch itself.
func tell(text string) { fmt.Fprintln(os.Stderr, "jobwatch: "+sanitize.Line(text)) }
