// Package config turns arguments, environment and config file into validated [Options].
//
// The table in options.go declares each option once. Flags, environment variables, the
// config file's settings, --help, --print-config, the completions and the manual page
// follow from it. [Parse] is a function of its [Input]: it touches neither screen nor disk.
package config

import (
	"net/url"
	"slices"
	"strconv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
)

// Exit statuses. ExitUnfinished is the one of `gh pr checks`.
const (
	ExitDone        = 0   // all jobs are Done, or the dashboard was left as asked
	ExitNotDone     = 1   // a job ended otherwise or was removed, a PDF was not saved, or jobwatch could not go on
	ExitUsage       = 2   // wrong flag, argument, environment or config file
	ExitUnfinished  = 8   // --once: some jobs are still unfinished
	ExitBroken      = 70  // jobwatch itself broke (EX_SOFTWARE of sysexits.h) and wrote a report
	ExitInterrupted = 130 // ctrl+c (128 + SIGINT, as shells count)
)

// Output is the form in which jobwatch shows jobs.
type Output uint8

// The outputs. Dashboard needs a terminal on standard output.
const (
	Dashboard Output = iota
	Plain
	JSON
)

// Stdin says whether job IDs are read from standard input.
type Stdin uint8

// The ways to treat standard input.
const (
	IgnoreStdin Stdin = iota
	MaybeStdin        // no JOB was given and it is not a terminal: it may hold no ID
	WantStdin         // "-" was given: no ID in it is a usage error
)

// Options is what jobwatch was asked to do. Every value in it is valid.
type Options struct {
	// Text, if not empty, is all there is to do: print it on standard output and exit
	// with [ExitDone] (--help, --version and the like). The other fields are zero then.
	Text string

	Output    Output
	Demo      bool
	APIServer string // host:port to serve the simulated API on; "" if not asked for
	Once      bool   // check each job once, print a table (or JSON), exit

	Jobs       []job.ID // as given, in order, without duplicates
	Stdin      Stdin
	Batch      string // the name for the given jobs' batch; "" names it after the time
	BatchGiven bool   // Batch comes from the flag, not from the config file

	API         *url.URL // without a trailing slash, query, fragment or user
	State       string   // the state file; "" for the one in XDG's state folder
	Rate        float64  // requests a second, more than 0
	Concurrency int      // requests under way at once, at least 1

	Filter     string // in ui/filter's language; without a screen, only the flag's
	Details    string // auto, below or off
	Background terminal.Background
	ASCII      bool
	NoMouse    bool
	Redact     bool
	Theme      string                // the name of one of [style.Themes]
	Keys       map[string][]string   // every action's keys if the config file changes any, else nil
	Colors     map[string]style.Pair // by name, only those that the config file sets

	Download         string // folder; "" if not asked for
	MaxDownload      int64  // bytes, more than 0
	Notify           notify.Mode
	NotifyCommand    string
	TestNotification bool

	Debug string // the debug log's file; "" for none

	Warnings []string // about the command line, for the user

	plain, json bool // what Output is made from
}

// Input is everything that decides the options.
type Input struct {
	Args           []string // without the program's name
	Env            func(string) string
	StdinTerminal  bool
	StdoutTerminal bool
	Version        string                       // as [Version] returns it
	ConfigPath     string                       // "" if there is no place for one
	ReadFile       func(string) ([]byte, error) // os.ReadFile; a missing file counts as an empty one
	Keys           []Key                        // the actions that the config file can give other keys
}

// Key is an action of the dashboard and its default keys.
type Key struct {
	Name  string   // in the config file
	Keys  []string // in Bubble Tea's words
	About string
}

// UsageError says in one line what is wrong with how jobwatch was started, and what would
// be right. Its exit status is [ExitUsage].
type UsageError struct{ Message string }

func (e *UsageError) Error() string { return e.Message }

// usageError returns an error with one clean line, whatever message a library wrote.
func usageError(message string) error { return &UsageError{sanitize.Line(message)} }

// OnlyNames explains --batch to those who want to filter by it.
const OnlyNames = "--batch only names the batch of new jobs: --filter batch:NAME watches a batch"

// parser resolves one command line.
type parser struct {
	in      *Input
	table   []option
	given   []assignment // in order
	options Options
}

// assignment is an option as it was given on the command line.
type assignment struct {
	option *option
	value  string
}

// resolve fills in the options. Flags beat the environment, which beats the config file;
// mistakes are reported in that order, too.
func (p *parser) resolve(args []string) error {
	if err := p.check(); err != nil || p.options.Text != "" {
		return err
	}
	for i := range p.table {
		if opt := &p.table[i]; opt.def != "" {
			if err := opt.take(&p.options, opt.def); err != nil {
				return usageError("the default of --" + opt.name + ": " + err.Error())
			}
		}
	}
	if err := p.readFile(); err != nil {
		return err
	}
	if err := p.readEnv(); err != nil {
		return err
	}
	for _, g := range p.given {
		_ = g.option.take(&p.options, g.value) // checked above
	}
	if err := p.refuseConflicts(args); err != nil {
		return err
	}
	return p.derive(args)
}

// check reports the first mistake in the flags. A flag that only asks for a text is
// answered, whatever follows it.
func (p *parser) check() error {
	for _, g := range p.given {
		var o Options
		if err := g.option.take(&o, g.value); err != nil {
			return usageError("--" + g.option.name + " " + quote(g.value) + ": " + err.Error())
		}
		if o.Text != "" {
			p.options = o
			return nil
		}
	}
	return nil
}

// readEnv takes environment variables whose flag is not given. Empty ones do not count.
func (p *parser) readEnv() error {
	for i := range p.table {
		opt := &p.table[i]
		if opt.env == "" || p.gave(opt.name) {
			continue
		}
		if v := p.in.Env(opt.env); v != "" {
			if err := opt.take(&p.options, v); err != nil {
				return usageError(opt.env + " " + quote(v) + ": " + err.Error())
			}
		}
	}
	return nil
}

// gave reports whether the command line has a flag, and does not switch it off.
func (p *parser) gave(name string) bool {
	gave := false
	for _, g := range p.given {
		if g.option.name == name {
			on, err := strconv.ParseBool(g.value)
			gave = g.option.kind != toggle || on && err == nil
		}
	}
	return gave
}

// refuseConflicts reports flags that exclude each other, or jobs.
func (p *parser) refuseConflicts(args []string) error {
	for _, g := range p.given {
		if !p.gave(g.option.name) {
			continue
		}
		if g.option.noJobs && len(args) > 0 {
			return usageError("--" + g.option.name + " takes no jobs, but " + quote(args[0]) + " was given")
		}
		if i := slices.IndexFunc(g.option.without, p.gave); i >= 0 {
			return usageError("--" + g.option.name + " and --" + g.option.without[i] + " don't go together")
		}
	}
	return nil
}

// derive sets the options that follow from several flags, the arguments and what the
// standard streams are.
func (p *parser) derive(args []string) error {
	o := &p.options
	var dash bool
	var err error
	if o.Jobs, dash, err = parseJobs(args); err != nil {
		return err
	}
	switch {
	case dash:
		o.Stdin = WantStdin
	case !p.in.StdinTerminal && len(o.Jobs) == 0 && !o.Demo && o.APIServer == "" && !o.TestNotification:
		o.Stdin = MaybeStdin
	}
	plain, json := p.gave("plain"), p.gave("json")
	if plain && json {
		o.Warnings = append(o.Warnings, "--plain is ignored beside --json")
	}
	switch {
	case o.json && (json || !plain):
		o.Output = JSON
	case o.plain || !p.in.StdoutTerminal:
		o.Output = Plain
	}
	o.BatchGiven = p.gave("batch")
	if o.Output == Dashboard && !o.Once {
		return nil
	}
	if !p.gave("filter") {
		o.Filter = "" // the config file's is for the dashboard
	}
	if o.BatchGiven && len(o.Jobs) == 0 && o.Stdin == IgnoreStdin {
		return usageError("no jobs are given; " + OnlyNames)
	}
	return nil
}
