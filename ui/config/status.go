package config

import (
	"errors"
	"strconv"
	"syscall"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/terminal"
)

// Exit statuses, as [statuses] explains them: 8 as of gh pr checks, 70 of sysexits.h, 124 of
// timeout(1), 130 as shells count signals.
const (
	ExitDone        = 0
	ExitNotDone     = 1
	ExitUsage       = 2
	ExitNoPDF       = 3
	ExitNoState     = 4
	ExitUnfinished  = 8
	ExitBroken      = 70
	ExitTimeout     = 124
	exitInterrupted = 128 + int(syscall.SIGINT)
)

// statuses returns what the exit statuses mean: the help's, the manual page's and the README's table.
func statuses() section {
	row := func(status int, about string) entry { return entry{strconv.Itoa(status), "", about} }
	return section{title: "Exit status", entries: []entry{
		row(ExitDone, "all jobs are Done, or the dashboard was left as asked"),
		row(ExitNotDone, "a job ended otherwise or was removed, whatever else went wrong, or jobwatch could not go on (remove: you said no)"),
		row(ExitUsage, "wrong flag, argument, environment or config file; one line says which"),
		row(ExitNoPDF, "all jobs are Done, but a PDF could not be saved"),
		row(ExitNoState, "the state file can't be read"),
		row(ExitUnfinished, "with --once: some jobs are still unfinished"),
		row(ExitBroken, "jobwatch itself broke; a report says where"),
		row(ExitTimeout, "--timeout was over before all jobs were finished"),
		row(exitInterrupted, "ctrl+c without the dashboard (129: the terminal was closed, 131: SIGQUIT, 141: nobody reads on, 143: SIGTERM)"),
	}}
}

// ErrTimeout is the cause of a context that --timeout ended.
var ErrTimeout = errors.New("timed out")

// SignalError is the cause of a context that a signal ended.
type SignalError syscall.Signal

func (e SignalError) Error() string { return syscall.Signal(e).String() }

// Status returns the exit status of a run that ends with err; of several errors, the gravest one's.
func Status(err error) int {
	signal, signalled := errors.AsType[SignalError](err)
	switch {
	case err == nil:
		return ExitDone
	case is[*panics.Error](err):
		return ExitBroken
	case is[*UsageError](err):
		return ExitUsage
	case is[store.UnusableError](err):
		return ExitNoState
	case errors.Is(err, ErrTimeout):
		return ExitTimeout
	case errors.Is(err, terminal.ErrGone): // whether SIGHUP came or not
		return 128 + int(syscall.SIGHUP)
	case signalled:
		return 128 + int(signal)
	}
	return ExitNotDone
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
