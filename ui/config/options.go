package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/style"
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

	Filter     string // in the language of [joblist.ParseFilter]; without a screen, only the flag's
	Details    string // auto, below or off
	Background string
	ASCII      bool
	NoMouse    bool
	Redact     bool
	Theme      string                // the name of one of [style.Themes]
	Keys       map[string][]string   // every action's keys if the config file changes any, else nil
	Colors     map[string]style.Pair // by name, only those that the config file sets

	Download         string // folder; "" if not asked for
	MaxDownload      int64  // bytes, more than 0
	Notify           string
	NotifyCommand    string
	TestNotification bool

	Debug string // the debug log's file; "" for none

	Warnings []string // about the command line, for the user

	plain, json bool // what Output is made from
}

// option declares a flag, and what else sets the same: one row of the table.
type option struct {
	name  string   // as in --name and in the config file
	short string   // one letter, or ""
	group string   // begins a group of the help, under this heading
	arg   string   // the kind of value, as the help names it
	usage string   // what it does, as an order without a full stop
	words []string // if not empty, the only values

	env      string // the environment variable that sets it, or ""
	flagOnly bool   // may not stand in the config file: an action, not a habit
	def      string // the default as the config file has it, or ""
	example  string // a value for the printed config file, if def is empty

	given string // the flag's value on the command line

	noJobs  bool     // takes no jobs
	without []string // the flags that can't be given with it

	set func(value string) error // its errors say what would be right
}

// The kinds of values that are not just text in quotes.
const (
	toggle = "" // on or off, without a value on the command line
	number = "N"
	size   = "SIZE" // bytes: a number, or a text such as "500MB"
	file   = "FILE"
	folder = "DIR"
)

// The environment variables and the default that other files name.
const (
	EnvAPI   = "JOBWATCH_API"
	EnvState = "JOBWATCH_STATE"

	DefaultAPI = "https://api.markdown2pdf.ai"
)

// options returns the table of all options, in the order of the help. Each sets a field of o.
func options(in *Input, o *Options) []*option {
	return []*option{
		{
			group: "Jobs", name: "batch", arg: "NAME", example: "invoices", set: to(&o.Batch, parseText),
			usage: "name the batch of the given jobs, as far as they are new (default: the time)",
		},
		{
			name: "state", arg: file, env: EnvState, example: "~/jobs.jsonl", set: to(&o.State, parsePath),
			usage: "keep the tracked jobs in this file (default: " + stateFile + ")",
		},
		{group: "API", name: "api", arg: "URL", env: EnvAPI, def: DefaultAPI, usage: "ask this API", set: to(&o.API, parseAPI)},
		{
			name: "rate", arg: number, def: strconv.Itoa(poller.DefaultRate), set: to(&o.Rate, parseRate),
			usage: "make at most N requests a second",
		},
		{
			name: "concurrency", arg: number, def: strconv.Itoa(poller.DefaultConcurrency), set: to(&o.Concurrency, parseConcurrency),
			usage: "have at most N requests under way",
		},
		{
			group: "Screen", name: "filter", arg: "TEXT", example: "!status:done", set: to(&o.Filter, parseFilter),
			usage: "show only what matches, such as status:error; without a screen, the flag also selects what is watched",
		},
		{
			name: "details", arg: "WHERE", words: []string{"auto", "below", "off"}, def: "auto", set: to(&o.Details, parseText),
			usage: "put details beside the list if there is room, else below it; always below it; or on the whole screen only",
		},
		{
			name: "background", arg: "KIND", words: []string{"auto", "dark", "light"}, def: "auto",
			usage: "use colours for this background", set: to(&o.Background, parseText),
		},
		{name: "theme", arg: "NAME", words: themes(), def: themes()[0], usage: "use these colours", set: to(&o.Theme, parseText)},
		{name: "ascii", usage: "draw with ASCII only, if other characters look broken", set: to(&o.ASCII, parseToggle)},
		{name: "no-mouse", usage: "leave the mouse to the terminal, to select text", set: to(&o.NoMouse, parseToggle)},
		{
			name: "redact", set: to(&o.Redact, parseToggle),
			usage: "show short IDs and no descriptions, to share a screen (copying takes whole IDs)",
		},
		{
			group: "Output", name: "plain", set: to(&o.plain, parseToggle),
			usage: "print a line for each change until all jobs are finished; the default when stdout is not a terminal",
		},
		{name: "json", usage: "the same, one JSON object a line", set: to(&o.json, parseToggle)},
		{
			name: "once", flagOnly: true, set: to(&o.Once, parseToggle),
			usage: "check each job once, print a table (or --json) and exit",
		},
		{
			group: "Downloads", name: "download", arg: folder, example: "~/Downloads/jobwatch", set: to(&o.Download, parsePath),
			usage: "save each job's PDF in this folder as soon as it is Done",
		},
		{name: "max-download", arg: size, def: "500MB", usage: "skip PDFs larger than this", set: to(&o.MaxDownload, parseSize)},
		{
			group: "Notifications", name: "notify", arg: "HOW", def: notify.Desktop, set: to(&o.Notify, parseText),
			words: []string{notify.None, notify.Bell, notify.Desktop},
			usage: "notify you of events while you look elsewhere, on the desktop if the terminal is known to pass " +
				"that on, else by its bell",
		},
		{
			name: "notify-command", arg: "CMD", example: "jq -r .text | mail -s jobwatch me", set: to(&o.NotifyCommand, parseText),
			usage: "run this for each event, with the event as JSON on its standard input",
		},
		{
			name: "test-notification", flagOnly: true, noJobs: true, without: []string{"batch"},
			usage: "send a notification in every way, to see which arrive, and exit", set: to(&o.TestNotification, parseToggle),
		},
		{
			group: "Trying it out", name: "demo", flagOnly: true, noJobs: true,
			without: []string{"api", "state", "batch", "test-notification"},
			usage:   "watch about 30 simulated jobs; nothing is kept", set: to(&o.Demo, parseToggle),
		},
		{
			name: "api-server", arg: "ADDR", flagOnly: true, noJobs: true,
			without: []string{
				"api", "state", "demo", "once", "test-notification", "batch", "filter", "plain", "json", "download",
			},
			usage: "only serve the simulated API, for example on localhost:8080, and print its jobs' IDs",
			set:   to(&o.APIServer, parseAddress),
		},
		{
			group: "Other", name: "debug", arg: file, example: "/tmp/jobwatch.log", set: to(&o.Debug, parsePath),
			usage: "log to this file, without full IDs",
		},
		{
			name: "print-config", flagOnly: true, set: to(&o.Text, printed(in, configText)),
			usage: "print a config file of all defaults, with comments",
		},
		{
			name: "completion", arg: "SHELL", words: []string{"bash", "zsh", "fish"}, flagOnly: true,
			usage: "print the completions for this shell", set: to(&o.Text, completion(in)),
		},
		{
			name: "man", flagOnly: true, set: to(&o.Text, printed(in, manPage)),
			usage: "print the manual page; try jobwatch --man | man -l -",
		},
		{name: "version", short: "V", flagOnly: true, usage: "print the version", set: to(&o.Text, printed(in, versionText))},
		{name: "help", short: "h", flagOnly: true, usage: "print this", set: to(&o.Text, printed(in, helpText))},
	}
}

// take checks a value and sets it. Its error says what would be right; the caller adds
// where the value stands.
func (opt *option) take(value string) error {
	if len(opt.words) > 0 && !slices.Contains(opt.words, value) {
		return want(list(opt.words)+didYouMean(value, opt.words), false)
	}
	return opt.set(value)
}

// about returns what an option does, its values and its default.
func (opt *option) about() string {
	s := opt.usage
	if len(opt.words) > 0 {
		s += ": " + list(opt.words)
	}
	if opt.def != "" {
		s += " (default " + opt.def + ")"
	}
	return s
}

// find returns the option of a name, or nil.
func (p *parser) find(name string) *option {
	if i := slices.IndexFunc(p.table, func(opt *option) bool { return opt.name == name }); i >= 0 {
		return p.table[i]
	}
	return nil
}

// names returns the names of all settings, and of what is for the command line only.
func (p *parser) names(flagOnly bool) []string {
	var out []string
	for _, opt := range p.table {
		if flagOnly || !opt.flagOnly {
			out = append(out, opt.name)
		}
	}
	return out
}

func themes() []string {
	var out []string
	for _, t := range style.Themes() {
		out = append(out, t.Name)
	}
	return out
}

// didYouMean returns the end of a message, or "".
func didYouMean(word string, words []string) string {
	if near := joblist.Suggest(word, words); near != "" {
		return "; did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// list joins words for people: "a, b or c".
func list(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
