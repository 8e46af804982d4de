package config

import (
	"net/url"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/sanitize"
)

// Exit statuses. ExitUnfinished is the one of `gh pr checks`.
const (
	ExitDone        = 0   // all jobs are Done; after the dashboard: it was left as asked
	ExitNotDone     = 1   // a job ended otherwise or was removed, a PDF was not saved, or jobwatch could not go on
	ExitUsage       = 2   // wrong flag, argument, environment or config file
	ExitUnfinished  = 8   // --once: some jobs are still unfinished
	ExitBroken      = 70  // jobwatch itself broke (EX_SOFTWARE of sysexits.h); a report of it was written
	ExitInterrupted = 130 // ctrl+c (128 + SIGINT, as shells count)
)

// Output is how jobwatch shows what it sees.
type Output uint8

// The outputs. Dashboard is chosen only when standard output is a terminal.
const (
	Dashboard Output = iota
	Plain
	JSON
)

// Stdin says whether job IDs are to be taken out of standard input's text.
type Stdin uint8

// What may be asked of standard input.
const (
	IgnoreStdin Stdin = iota
	MaybeStdin        // no JOB was given and it is not a terminal: it may hold no ID
	WantStdin         // "-" was given: no ID in it is a usage error
)

// Options is what jobwatch was asked to do. Every value in it is valid.
type Options struct {
	// Text, when not empty, is all there is to do: print it on standard output and
	// leave with [ExitDone] (--help, --version and their like). The rest is zero.
	Text string

	Output    Output
	Demo      bool
	APIServer string // host:port to serve the simulated API on; "" when not asked for
	Once      bool   // poll each job once, print a table (or JSON), leave

	Jobs  []job.ID // as given, in order, duplicates dropped
	Stdin Stdin
	Batch string // name for the jobs that are given; "" for one made from the time
	// BatchGiven says that Batch is a flag's, and not what the config file always says.
	BatchGiven bool

	API         *url.URL // without a trailing slash, query, fragment or user
	State       string   // the state file; "" for the one in XDG's state folder
	Rate        float64  // requests a second, more than 0
	Concurrency int      // requests in flight at once, at least 1

	Filter     string // as ui/filter understands it; without a screen, only a flag's
	Details    Details
	Background Background
	ASCII      bool
	NoMouse    bool
	Redact     bool
	Theme      string              // "" for the default
	Keys       map[string][]string // every action's keys, where the config file changes any; else nil
	Colors     map[string]Color    // by role, only those the config file sets

	Download         string // folder; "" when not asked for
	MaxDownload      int64  // bytes, more than 0
	Notify           notify.Mode
	NotifyCommand    string
	TestNotification bool

	Debug string // file for the debug log; "" for none

	Warnings []string // about the command line, to be told
}

// Details is where the current job's details stand on the screen.
type Details string

// The places; auto is beside the list where there is room, else below it.
const (
	DetailsAuto  Details = "auto"
	DetailsBelow Details = "below"
	DetailsOff   Details = "off" // on the whole screen only
)

// Background is the terminal's, which decides between light and dark colours.
type Background string

// The backgrounds; auto asks the terminal.
const (
	BackgroundAuto  Background = "auto"
	BackgroundDark  Background = "dark"
	BackgroundLight Background = "light"
)

// Color is a role's colour on light and on dark backgrounds: "#rrggbb", "0" to "255"
// for the terminal's palette, or "default" for the terminal's own; "" leaves the theme's.
type Color struct{ Light, Dark string }

// Input is everything that decides the options.
type Input struct {
	Args           []string // without the program's name
	Env            func(string) string
	StdinTerminal  bool
	StdoutTerminal bool
	Version        string // as of [Version]

	ConfigPath string                       // "" when there is no place for one
	ReadFile   func(string) ([]byte, error) // os.ReadFile; a file that does not exist is an empty one

	// What the screen offers to be set. Where it offers nothing, the config file's
	// section (and --theme) is unknown.
	Keys   []Key
	Roles  []Role
	Themes []Theme
}

// Key is an action of the screen that can be bound to other keys.
type Key struct {
	Name  string   // as in the config file, such as "forget-finished"
	Keys  []string // the default, in Bubble Tea's words
	About string
}

// Role is what a colour is for.
type Role struct {
	Name    string
	Default Color
	About   string
}

// Theme is a built-in set of colours.
type Theme struct{ Name, About string }

// UsageError tells in one line what is wrong with how jobwatch was started, names it
// and says what would be right. It means [ExitUsage].
type UsageError struct{ Message string }

// usageError makes one clean line of a message, whatever a library put into it.
func usageError(message string) error { return &UsageError{sanitize.Line(message)} }

func (e *UsageError) Error() string { return e.Message }
