package config

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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

	Command   string // "" for the dashboard or what stands in its place: [Add], [List], [Remove], [Download]
	Yes       bool   // remove without asking
	Output    Output
	Demo      bool
	APIServer string        // host:port to serve the simulated API on; "" if not asked for
	Once      bool          // check each job once, print a table (or JSON), exit
	Timeout   time.Duration // to leave after; 0: none
	FailFast  bool          // leave at the first job that fails
	Summary   bool          // end JSON with an object of counts

	Jobs       []job.ID // as given, in order, without duplicates
	Stdin      Stdin
	Batch      string // the name for the given jobs' batch; "" names it after the time
	BatchGiven bool   // Batch comes from the flag, not from the config file

	API            *url.URL      // without a trailing slash, query, fragment or user
	Headers        http.Header   // secrets, for the API's own scheme, host and port
	RequestTimeout time.Duration // of one request to the API, at least 1 s
	State          string        // the state file; "" for the one in XDG's state folder
	Rate           float64       // requests a second, more than 0
	Concurrency    int           // requests under way at once, at least 1

	Filter     string // in the language of [joblist.ParseFilter]; without a screen, only the flags'
	Details    string // auto, below or off
	Background string
	ASCII      bool
	NoMouse    bool
	Redact     bool
	Theme      string                  // the name of one of [style.Themes]
	Keys       map[string][]string     // every action's keys
	Colors     map[string]style.Colour // by name, only those that the config file sets

	Download         string // folder; "" if not asked for
	MaxDownload      int64  // bytes, more than 0
	Notify           string
	NotifyCommand    string
	TestNotification bool

	Debug string // the debug log's file; "" for none

	Warnings []string // about the command line, for the user

	plain, json, finished bool // what Output and Filter are made from
}

// option declares a flag, and what else sets the same: one row of the table.
type option struct {
	name  string                   // as in --name and in the config file, unless that has another
	arg   string                   // the kind of value, as the help names it
	set   func(value string) error // its errors say what would be right
	usage string                   // what it does, as an order without a full stop

	// Most rows have few of these.
	of       []string // the names of the commands that take it; in a row, nil means [Watch]
	group    string   // begins a group of the help, under this heading
	short    string   // one letter, or ""
	words    []string // if not empty, the only values
	setting  string   // the name in the config file
	hint     string   // more about the flag
	env      string   // the environment variable that sets it, or ""
	flagOnly bool     // may not stand in the config file: an action, not a habit
	def      string   // the default as the config file has it, or ""
	example  string   // a value for the printed config file, if def is empty
	noJobs   bool     // takes no jobs
	lines    bool     // not with the dashboard
	without  []string // the flags that can't be given with it

	given string   // the flag's value on the command line
	all   []string // the same, if it may be repeated
}

// row returns a row of the table; more has what most rows don't have.
func row(name, arg string, set func(string) error, more option, usage string) *option {
	more.name, more.arg, more.set, more.usage = name, arg, set, usage
	more.setting = cmp.Or(more.setting, name)
	if more.of == nil {
		more.of = []string{Watch}
	}
	return &more
}

// The kinds of values that are not just text in quotes.
const (
	toggle = "" // on or off, without a value on the command line
	number = "N"
	size   = "SIZE" // bytes: a number, or a text such as "500MB"
	file   = "FILE"
	folder = "DIR"
	header = "HEADER" // a list of texts in the config file
)

// DefaultAPI is the API that is asked unless another is given.
const DefaultAPI = "https://api.markdown2pdf.ai"

// rows returns the table of all options, in the order of the help. Each sets a field of o.
func (p *parser) rows(o *Options) []*option {
	themes := named(style.Themes(), func(t style.Named) string { return t.Name })
	tracking, asking := []string{Watch, Add, Download}, []string{Watch, Download}
	selecting, everywhere := []string{Watch, List, Remove, Download}, []string{Watch, Add, List, Remove, Download}
	return []*option{
		row("batch", "NAME", to(&o.Batch, parseText), option{group: "Jobs", of: tracking, example: "invoices"},
			"name the batch of the given jobs, as far as they are new (default: the time)"),
		row("state", file, to(&o.State, p.parsePath), option{of: everywhere, env: "JOBWATCH_STATE", example: "~/jobs.jsonl"},
			"keep the tracked jobs in this file (default: "+p.shown(p.in.StatePath)+")"),
		row("finished", toggle, to(&o.finished, parseToggle), option{of: []string{Remove}, flagOnly: true}, "remove jobs that are finished"),
		row("yes", toggle, to(&o.Yes, parseToggle), option{of: []string{Remove}, flagOnly: true, short: "y"}, "remove them without asking"),
		row("api", "URL", to(&o.API, parseAPI), option{group: "API", of: asking, env: "JOBWATCH_API", def: DefaultAPI}, "ask this API"),
		row("rate", number, to(&o.Rate, parseRate), option{of: asking, def: strconv.Itoa(poller.DefaultRate)},
			"make at most N requests a second"),
		row("concurrency", number, to(&o.Concurrency, parseConcurrency), option{of: asking, def: strconv.Itoa(poller.DefaultConcurrency)},
			"have at most N requests under way"),
		row("request-timeout", "DURATION", to(&o.RequestTimeout, parseTimeout), option{of: asking, def: "10s"}, "wait so long for an answer"),
		row("header", header, func(string) error { return nil }, // see readHeaders
			option{of: asking, setting: "headers", env: "JOBWATCH_HEADERS", example: `["Authorization: Bearer TOKEN"]`, hint: "; @FILE: those in the " +
				"file, one a line. May be repeated. Other users see flags in ps: keep secrets in a file, the config file or JOBWATCH_HEADERS"},
			"send \"Name: value\" with each request to the API, and to no other host"),
		row("filter", "TEXT", to(&o.Filter, parseFilter), option{group: "Screen", of: selecting, example: "!status:done"},
			"take only what matches, such as status:error; the dashboard only hides the rest"),
		row("details", "WHERE", to(&o.Details, parseText), option{words: []string{"auto", "below", "off"}, def: "auto"},
			"put details beside the list if there is room, else below it; always below it; or on the whole screen only"),
		row("background", "KIND", to(&o.Background, parseText), option{words: []string{"auto", "dark", "light"}, def: "auto"},
			"use colours for this background"),
		row("theme", "NAME", to(&o.Theme, parseText), option{words: themes, def: themes[0]}, "use these colours"),
		row("ascii", toggle, to(&o.ASCII, parseToggle), option{}, "draw with ASCII only, if other characters look broken"),
		row("no-mouse", toggle, to(&o.NoMouse, parseToggle), option{}, "leave the mouse to the terminal, to select text"),
		row("redact", toggle, to(&o.Redact, parseToggle), option{of: everywhere},
			"show short IDs and no descriptions, to share a screen (copying takes whole IDs)"),
		row("plain", toggle, to(&o.plain, parseToggle), option{group: "Output"},
			"print a line for each change until all jobs are finished; the default when stdout is not a terminal"),
		row("json", toggle, to(&o.json, parseToggle), option{of: []string{Watch, List, Download}}, "print JSON objects instead, one a line"),
		row("once", toggle, to(&o.Once, parseToggle), option{flagOnly: true},
			"check each job once, print a table (or --json) and exit"),
		row("timeout", "DURATION", to(&o.Timeout, parseTimeout), option{of: asking, flagOnly: true, lines: true},
			"without a screen, also with --once, leave after so long, such as 30m; unfinished jobs stay tracked"),
		row("fail-fast", toggle, to(&o.FailFast, parseToggle), option{of: asking, flagOnly: true, lines: true, without: []string{"once"}},
			"without a screen, but not with --once, leave at the first job that fails; the others stay tracked"),
		row("summary", toggle, to(&o.Summary, parseToggle), option{of: asking, flagOnly: true},
			"with --json, end with an object of counts, the seconds it took and the exit status"),
		row("download", folder, to(&o.Download, p.parsePath), option{group: "Downloads", example: "~/Downloads/jobwatch"},
			"save each job's PDF in this folder as soon as it is Done"),
		row("dir", folder, to(&o.Download, p.parsePath), option{of: []string{Download}, flagOnly: true, short: "D"},
			"save the PDFs in this folder (default: the config file's of --download, else your download folder)"),
		row("max-download", size, to(&o.MaxDownload, parseSize), option{of: asking, def: "500MB"}, "skip PDFs larger than this"),
		row("notify", "HOW", to(&o.Notify, parseText),
			option{group: "Notifications", of: asking, words: []string{notify.None, notify.Bell, notify.Desktop}, def: notify.Desktop},
			"notify you of events while you look elsewhere, on the desktop if the terminal is known to pass that on, else by its bell"),
		row("notify-command", "CMD", to(&o.NotifyCommand, parseText), option{of: asking, example: "jq -r .text | mail -s jobwatch me"},
			"run this for each event, with the event as JSON on its standard input; it has a minute, and ends with jobwatch"),
		row("test-notification", toggle, to(&o.TestNotification, parseToggle),
			option{flagOnly: true, noJobs: true, without: []string{"batch", "timeout", "fail-fast", "summary"}},
			"send a notification in every way, to see which arrive, and exit"),
		row("demo", toggle, to(&o.Demo, parseToggle),
			option{group: "Trying it out", flagOnly: true, noJobs: true, without: []string{"api", "state", "batch", "test-notification"}},
			"watch about 30 simulated jobs; nothing is kept"),
		row("api-server", "ADDR", to(&o.APIServer, parseAddress), option{flagOnly: true, noJobs: true, without: []string{
			"api", "state", "demo", "once", "test-notification", "batch", "filter", "plain", "json", "download",
			"timeout", "fail-fast", "summary",
		}}, "only serve the simulated API, for example on localhost:8080, and print its jobs' IDs"),
		row("debug", file, to(&o.Debug, p.parsePath), option{group: "Other", of: everywhere, example: "~/jobwatch.log"},
			"log to this file, without full IDs"),
		row("print-config", toggle, to(&o.Text, printed(p.configText)), option{flagOnly: true},
			"print a config file of all defaults, with comments"),
		row("completion", "SHELL", to(&o.Text, p.completion), option{flagOnly: true, words: []string{"bash", "zsh", "fish"}},
			"print the completions for this shell"),
		row("man", toggle, to(&o.Text, printed(p.manPage)), option{flagOnly: true},
			"print the manual page; try jobwatch --man | man -l -"),
		row("version", toggle, to(&o.Text, printed(p.version)), option{flagOnly: true, short: "V"}, "print the version"),
		row("help", toggle, to(&o.Text, printed(p.help)), option{of: append(everywhere, help), flagOnly: true, short: "h"}, "print this"),
	}
}

// take checks a value and sets it. Its error says where the value stands, and what would be right.
func (opt *option) take(where, value string) error {
	if len(opt.words) > 0 && !slices.Contains(opt.words, value) {
		return wrong(where, value, want(list(opt.words)+didYouMean(value, opt.words), false))
	}
	return wrong(where, value, opt.set(value))
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

// named returns the names of things.
func named[T any](things []T, name func(T) string) []string {
	var out []string
	for _, t := range things {
		out = append(out, name(t))
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
	return strings.TrimPrefix(strings.Join(words[:last], ", ")+" or "+words[last], " or ")
}
