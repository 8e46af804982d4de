package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	xterm "github.com/charmbracelet/x/term"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/ui/config"
	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// input is standard input's text, in which IDs are found as it comes.
type input struct {
	whole bool           // nothing is said before its end
	found chan ids.Found // piece by piece; closed at the end, when the rest is known
	back  ids.Found      // was taken too early
	text  bool           // it was not empty
	err   error
}

// readInput begins to read standard input. Nobody waits for its goroutine: Read may never return.
func readInput(whole bool) *input {
	in := &input{whole: whole, found: make(chan ids.Found)}
	go func() {
		defer close(in.found)
		defer panics.Into(func(e *panics.Error) { in.err = e })
		s := ids.NewScanner(os.Stdin)
		for err := error(nil); err == nil; s.Found = (ids.Found{}) {
			for err == nil && len(s.IDs) == 0 {
				err = s.Scan()
			}
			if in.text = s.Length > 0; err != nil && !errors.Is(err, io.EOF) {
				in.err = fmt.Errorf("standard input can't be read: %w", err)
			}
			in.found <- s.Found
		}
	}()
	return in
}

// gathering is the span whose IDs are handed on together: some 20 times a second.
const gathering = 50 * time.Millisecond

// next waits for IDs, and returns those that come within a moment. It reports whether more may
// come, which is until the input or ctx ends.
func (in *input) next(ctx context.Context) (found ids.Found, more bool) {
	found, in.back = in.back, ids.Found{}
	var late <-chan time.Time // nil before the first
	for {
		select {
		case piece, open := <-in.found:
			if found.Add(piece); !open {
				return found, false
			}
			if late == nil && !in.whole {
				late = time.After(gathering)
			}
		case <-late:
			return found, true
		case <-ctx.Done():
			select {
			case piece := <-in.found: // nothing that was read is lost
				found.Add(piece)
			default:
			}
			return found, false
		}
	}
}

// verdict says what is wrong with an input that has ended, in a note or, where the user can't have
// meant what is left to watch, in an error: a script whose list of jobs is empty by mistake must
// not be told that all are Done, nor wait for other jobs.
func (in *input) verdict(opts config.Options, found, near int) (note string, err error) {
	cut, lines := (&ids.Found{Near: near}).NearText(), opts.Output != config.Dashboard
	none := style.Joined(", but ", "no job IDs on standard input", cut)
	switch {
	case in.err != nil && (lines || found+len(opts.Jobs) == 0):
		err = in.err
	case in.err != nil:
		note = in.err.Error()
	case found > 0 && cut != "" && lines: // the dashboard counts them
		note = cut + " on standard input; jobwatch goes on without"
	case found > 0:
	case len(opts.Jobs) > 0:
		note = none + "; jobwatch takes the given jobs"
	case opts.BatchGiven && lines:
		err = &config.UsageError{Message: none + "; " + config.OnlyNames}
	case opts.Stdin == config.WantStdin:
		err = &config.UsageError{Message: none}
	case in.text:
		note = none + "; jobwatch watches the tracked jobs"
	}
	return note, err
}

// arrivals has the jobs of the command line sent, then those of the input, if there is one, or the
// demo's. At the end, the last two may not be taken.
func (a *App) arrivals(in *input) (arrivals chan *session.Arrival, last *[]*session.Arrival) {
	arrivals, last = make(chan *session.Arrival), new([]*session.Arrival)
	a.work = append(a.work, func(ctx context.Context) error {
		defer close(arrivals)
		send := func(arrival session.Arrival) {
			*last = append((*last)[max(0, len(*last)-1):], &arrival)
			select {
			case arrivals <- &arrival:
			case <-ctx.Done():
			}
		}
		given := session.Arrival{Found: ids.Found{IDs: a.opts.Jobs}, Batch: a.opts.Batch, Given: true, Open: in != nil}
		if len(given.IDs) > 0 {
			send(given)
		}
		for found, near := 0, 0; given.Open; send(given) {
			given.Found, given.Open = in.next(ctx)
			found, near = found+len(given.IDs), near+given.Near
			if !given.Open && ctx.Err() == nil {
				given.Note, given.Err = in.verdict(a.opts, found, near)
			}
		}
		if a.sim == nil {
			return nil
		}
		for b := range a.sim.Arrivals(ctx, 1) {
			send(session.Arrival{Found: ids.Found{IDs: b.IDs}, Batch: b.Name})
		}
		return nil
	})
	return arrivals, last
}

// keyboard returns the terminal that keys are read from: standard input may be another
// file.
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
