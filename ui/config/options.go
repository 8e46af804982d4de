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
	"example.com/jobwatch/ui/terminal"
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

// option declares a flag, and what else sets the same: one row of the table.
type option struct {
	name  string // as in --name and in the config file
	short string // one letter, or ""
	group string // the heading in the help
	kind  kind
	arg   string // stands for the value in the help; "" for a toggle

	env     string   // the environment variable that sets it, or ""
	setting bool     // may stand in the config file: a habit, not an action
	words   []string // if not empty, the only values
	usage   string   // what it does, as an order without a full stop

	def     string // the default as the config file has it, or ""
	example string // a value for the printed config file, if def is empty

	noJobs  bool     // takes no jobs
	without []string // the flags that can't be given with it

	set func(value string) error // its errors say what would be right
}

// kind is the kind of an option's value.
type kind uint8

const (
	toggle kind = iota // on or off, without a value on the command line
	text
	number
	size // bytes: a number, or a text such as "500MB"
	file
	folder
)

// The environment variables and the default that other files name.
const (
	EnvAPI   = "JOBWATCH_API"
	EnvState = "JOBWATCH_STATE"

	DefaultAPI = "https://api.markdown2pdf.ai"
)

// options returns the table of all options, in the order of the help. Each sets a field of o.
func options(in *Input, o *Options) []option {
	const jobs, api, screen, output, pdfs, events, try, other = "Jobs", "API", "Screen", "Output",
		"Downloads", "Notifications", "Trying it out", "Other"
	return []option{
		{
			name: "batch", group: jobs, kind: text, arg: "NAME", setting: true, set: to(&o.Batch, parseText),
			usage: "name the batch of the given jobs, as far as they are new (default: the time)", example: "invoices",
		},
		{
			name: "state", group: jobs, kind: file, arg: "FILE", env: EnvState, setting: true,
			usage: "keep the tracked jobs in this file (default: " + stateFile + ")", example: "~/jobs.jsonl",
			set: to(&o.State, parsePath),
		},
		{
			name: "api", group: api, kind: text, arg: "URL", env: EnvAPI, setting: true,
			usage: "ask this API", def: DefaultAPI, set: to(&o.API, parseAPI),
		},
		{
			name: "rate", group: api, kind: number, arg: "N", setting: true,
			usage: "make at most N requests a second", def: strconv.Itoa(poller.DefaultRate), set: to(&o.Rate, parseRate),
		},
		{
			name: "concurrency", group: api, kind: number, arg: "N", setting: true,
			usage: "have at most N requests under way", def: strconv.Itoa(poller.DefaultConcurrency),
			set: to(&o.Concurrency, parseConcurrency),
		},
		{
			name: "filter", group: screen, kind: text, arg: "TEXT", setting: true, example: "!status:done",
			usage: "show only what matches, such as status:error; without a screen, the flag also selects what is watched",
			set:   to(&o.Filter, parseFilter),
		},
		{
			name: "details", group: screen, kind: text, arg: "WHERE", setting: true,
			words: []string{"auto", "below", "off"}, def: "auto",
			usage: "put details beside the list if there is room, else below it; always below it; " +
				"or on the whole screen only",
			set: to(&o.Details, parseText),
		},
		{
			name: "background", group: screen, kind: text, arg: "KIND", setting: true,
			words: []string{"auto", "dark", "light"}, def: "auto", usage: "use colours for this background",
			set: to(&o.Background, parseBackground),
		},
		{
			name: "theme", group: screen, kind: text, arg: "NAME", setting: true, set: to(&o.Theme, parseText),
			words: themes(), def: themes()[0], usage: "use these colours",
		},
		{
			name: "ascii", group: screen, setting: true, set: to(&o.ASCII, parseToggle),
			usage: "draw with ASCII only, if other characters look broken",
		},
		{
			name: "no-mouse", group: screen, setting: true, set: to(&o.NoMouse, parseToggle),
			usage: "leave the mouse to the terminal, to select text",
		},
		{
			name: "redact", group: screen, setting: true, set: to(&o.Redact, parseToggle),
			usage: "show short IDs and no descriptions, to share a screen (copying takes whole IDs)",
		},
		{
			name: "plain", group: output, setting: true, set: to(&o.plain, parseToggle),
			usage: "print a line for each change until all jobs are finished; " +
				"the default when stdout is not a terminal",
		},
		{
			name: "json", group: output, setting: true, set: to(&o.json, parseToggle),
			usage: "the same, one JSON object a line",
		},
		{
			name: "once", group: output, set: to(&o.Once, parseToggle),
			usage: "check each job once, print a table (or --json) and exit",
		},
		{
			name: "download", group: pdfs, kind: folder, arg: "DIR", setting: true, example: "~/Downloads/jobwatch",
			usage: "save each job's PDF in this folder as soon as it is Done",
			set:   to(&o.Download, parsePath),
		},
		{
			name: "max-download", group: pdfs, kind: size, arg: "SIZE", setting: true,
			usage: "skip PDFs larger than this", def: "500MB", set: to(&o.MaxDownload, parseSize),
		},
		{
			name: "notify", group: events, kind: text, arg: "HOW", setting: true,
			words: []string{notify.None.String(), notify.Bell.String(), notify.Desktop.String()}, def: notify.Desktop.String(),
			usage: "notify you of events while you look elsewhere, on the desktop if the terminal is known to pass " +
				"that on, else by its bell",
			set: to(&o.Notify, notify.ParseMode),
		},
		{
			name: "notify-command", group: events, kind: text, arg: "CMD", setting: true,
			example: "jq -r .text | mail -s jobwatch me",
			usage:   "run this for each event, with the event as JSON on its standard input",
			set:     to(&o.NotifyCommand, parseText),
		},
		{
			name: "test-notification", group: events, noJobs: true, without: []string{"batch"},
			usage: "send a notification in every way, to see which arrive, and exit",
			set:   to(&o.TestNotification, parseToggle),
		},
		{
			name: "demo", group: try, noJobs: true, without: []string{"api", "state", "batch", "test-notification"},
			usage: "watch about 30 simulated jobs; nothing is kept",
			set:   to(&o.Demo, parseToggle),
		},
		{
			name: "api-server", group: try, kind: text, arg: "ADDR", noJobs: true,
			without: []string{
				"api", "state", "demo", "once", "test-notification", "batch", "filter", "plain", "json", "download",
			},
			usage: "only serve the simulated API, for example on localhost:8080, and print its jobs' IDs",
			set:   to(&o.APIServer, parseAddress),
		},
		{
			name: "debug", group: other, kind: file, arg: "FILE", setting: true, example: "/tmp/jobwatch.log",
			usage: "log to this file, without full IDs",
			set:   to(&o.Debug, parsePath),
		},
		{
			name: "print-config", group: other, usage: "print a config file of all defaults, with comments",
			set: to(&o.Text, printed(in, configText)),
		},
		{
			name: "completion", group: other, kind: text, arg: "SHELL", words: []string{"bash", "zsh", "fish"},
			usage: "print the completions for this shell",
			set:   to(&o.Text, completion(in)),
		},
		{
			name: "man", group: other, usage: "print the manual page; try jobwatch --man | man -l -",
			set: to(&o.Text, printed(in, manPage)),
		},
		{
			name: "version", short: "V", group: other, usage: "print the version",
			set: to(&o.Text, printed(in, versionText)),
		},
		{
			name: "help", short: "h", group: other, usage: "print this",
			set: to(&o.Text, printed(in, helpText)),
		},
	}
}

// take checks a value and sets it. Its error says what would be right; the caller adds
// where the value stands.
func (opt *option) take(value string) error {
	if len(opt.words) > 0 && !slices.Contains(opt.words, value) {
		return wrong("want " + list(opt.words) + didYouMean(value, opt.words))
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

func find(table []option, name string) *option {
	if i := slices.IndexFunc(table, func(opt option) bool { return opt.name == name }); i >= 0 {
		return &table[i]
	}
	return nil
}

func names(table []option) []string {
	out := make([]string, 0, len(table))
	for _, opt := range table {
		out = append(out, opt.name)
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
