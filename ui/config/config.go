// Package config turns arguments, environment and config file into validated [Options].
//
// The table in options.go declares each option once. Flags, environment variables, the
// config file's settings, --help, --print-config, the completions and the manual page
// follow from it. [Parse] is a function of its [Input]: it touches neither screen nor disk.
package config

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Output is the form in which jobwatch shows jobs.
type Output uint8

// The outputs. Dashboard, which needs a terminal on standard output, is what nothing else is asked for.
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

// Input is everything that decides the options.
type Input struct {
	Args           []string // without the program's name
	Env            func(string) string
	StdinTerminal  bool
	StdoutTerminal bool
	Home           string // the home folder; "" if not known
	StatePath      string // the default one; "" without a place for it
	ConfigPath     string
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

// OnlyNames explains --batch to those who want to filter by it.
const OnlyNames = "--batch only names the batch of new jobs: --filter batch:NAME watches a batch"

// parser resolves one command line.
type parser struct {
	in              *Input
	table           []*option
	names           []string           // the table's
	byName          map[string]*option // the same
	given           []*option          // flags in order
	args            []string           // the other arguments
	options         Options
	byAction, byKey map[string]string // the names in the file's [keys] by what they are given for
}

func newParser(in *Input) *parser {
	p := &parser{in: in, byAction: make(map[string]string), byKey: make(map[string]string)}
	p.options.Headers, p.options.Keys, p.options.Colors = http.Header{}, make(map[string][]string), make(map[string]style.Colour)
	p.table = p.rows(&p.options)
	p.names, p.byName = named(p.table, func(opt *option) string { return opt.name }), make(map[string]*option)
	for _, opt := range p.table {
		p.byName[opt.name], p.byName[opt.setting] = opt, opt
		if opt.def != "" {
			_ = opt.take("", opt.def) // a test holds them right
		}
	}
	return p
}

// Parse decides what to do. Its errors are [UsageError]s. Flags beat the environment, which
// beats the config file.
func Parse(in Input) (Options, error) {
	p := newParser(&in)
	root := p.command()
	var out strings.Builder // what the hidden command __complete answers a shell
	root.SetOut(&out)
	root.SetErr(io.Discard)
	root.SetArgs(append([]string{}, in.Args...)) // nil would mean os.Args
	ran, err := root.ExecuteC()
	if out.Len() > 0 {
		return Options{Text: out.String()}, nil
	}
	if ran != root {
		p.options.Command = ran.Name()
	}
	ran.Flags().Visit(func(f *pflag.Flag) { p.given = append(p.given, f.Value.(*option)) })
	for _, step := range []func() error{
		p.takeFlags, // what stands before a mistake may ask for help
		func() error { return p.flagError(err) },
		p.takeHelp,
		p.readFile,
		p.readEnv,
		p.takeFlags, // over the file's and the environment's
		p.readHeaders,
		p.refuseConflicts,
		p.takeJobs,
		p.derive,
	} {
		if err := step(); err != nil {
			return Options{}, &UsageError{sanitize.Line(err.Error())} // one clean line, whatever a library wrote
		}
		if p.options.Text != "" {
			return Options{Text: p.options.Text}, nil
		}
	}
	return p.options, nil
}

// takeFlags takes the flags in order, up to one that only asks for a text.
func (p *parser) takeFlags() error {
	for _, opt := range p.given {
		if err := opt.take("--"+opt.name, opt.given); err != nil || p.options.Text != "" {
			return err
		}
	}
	return nil
}

// readEnv takes environment variables whose flag is not given. Empty ones do not count.
func (p *parser) readEnv() error {
	for _, opt := range p.table {
		if opt.env == "" || !opt.isOf(p.options.Command) || p.gave(opt.name) || p.in.Env(opt.env) == "" {
			continue
		}
		if err := opt.take(opt.env, p.in.Env(opt.env)); err != nil {
			return err
		}
	}
	return nil
}

// gave reports whether the command line has a flag, and does not switch it off.
func (p *parser) gave(name string) bool {
	opt := p.byName[name]
	on, err := strconv.ParseBool(opt.given)
	return slices.Contains(p.given, opt) && (opt.arg != toggle || on && err == nil)
}

// refuseConflicts reports flags that exclude each other, or jobs.
func (p *parser) refuseConflicts() error {
	for _, opt := range p.given {
		if !p.gave(opt.name) {
			continue
		}
		if opt.noJobs && len(p.args) > 0 {
			return errors.New("--" + opt.name + " takes no jobs, but " + quote(p.args[0]) + " was given")
		}
		if i := slices.IndexFunc(opt.without, p.gave); i >= 0 {
			return errors.New("--" + opt.name + " and --" + opt.without[i] + " don't go together")
		}
	}
	return nil
}

// derive sets the options that follow from several flags, the arguments and what the
// standard streams are.
func (p *parser) derive() error {
	o := &p.options
	for _, k := range p.in.Keys { // an action that is not in the file keeps its keys but those given to others
		if _, set := o.Keys[k.Name]; !set {
			o.Keys[k.Name] = slices.DeleteFunc(slices.Clone(k.Keys), func(key string) bool { return p.byKey[key] != "" })
		}
	}
	if len(p.args) == 0 && !p.in.StdinTerminal && !o.Demo && o.APIServer == "" && !o.TestNotification {
		switch o.Command {
		case Watch:
			o.Stdin = MaybeStdin
		case Add:
			o.Stdin = WantStdin
		}
	}
	plain, json := p.gave("plain"), p.gave("json")
	if plain && json {
		o.Warnings = append(o.Warnings, "--plain is ignored beside --json")
	}
	switch {
	case o.json && (json || !plain) && p.byName["json"].isOf(o.Command):
		o.Output = JSON
	case o.Command != Watch || o.plain || o.Once || o.APIServer != "" || o.TestNotification || !p.in.StdoutTerminal:
		o.Output = Plain
	}
	o.BatchGiven = p.gave("batch")
	if p.gave("summary") && o.Output != JSON {
		return errors.New("--summary needs --json")
	}
	if o.Output == Dashboard {
		if i := slices.IndexFunc(p.given, func(opt *option) bool { return opt.lines && p.gave(opt.name) }); i >= 0 {
			return errors.New("--" + p.given[i].name + " needs --plain, --json or --once: the dashboard stays until you leave it")
		}
		return nil
	}
	if !p.gave("filter") {
		o.Filter = "" // the config file's is for the dashboard
	}
	if o.finished {
		o.Filter += " is:finished"
	}
	switch {
	case o.Command == Remove && len(p.args) == 0 && o.Filter == "":
		return errors.New("no jobs to remove are given: name them, or select them by --filter or --finished")
	case o.Command == Add && len(o.Jobs) == 0 && o.Stdin == IgnoreStdin:
		return errors.New("no jobs to add are given: name them, or pipe a text that has their IDs")
	}
	if o.BatchGiven && len(o.Jobs) == 0 && o.Stdin == IgnoreStdin {
		return errors.New("no jobs are given; " + OnlyNames)
	}
	return nil
}
