package config

import (
	"slices"
	"strconv"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/ui/notify"
)

// options is the one table of all options, in the order of the help.
func options(in *Input) []option {
	all := []option{
		{
			name: "batch", group: jobsGroup, kind: text, arg: "NAME", setting: true,
			usage: "name the batch that the given jobs become, as far as they are new", otherwise: "the time", example: "invoices",
			set: textTo(func(d *draft) *string { return &d.Batch }),
		},
		{
			name: "state", group: jobsGroup, kind: file, arg: "FILE", env: EnvState, setting: true,
			usage:     "keep the tracked jobs in this file",
			otherwise: "$XDG_STATE_HOME/jobwatch/jobs.jsonl", example: "~/jobs.jsonl",
			set: pathTo(func(d *draft) *string { return &d.State }),
		},
		{
			name: "api", group: pollGroup, kind: text, arg: "URL", env: EnvAPI, setting: true,
			usage: "ask this API", def: DefaultAPI, set: setAPI,
		},
		{
			name: "rate", group: pollGroup, kind: number, arg: "N", setting: true,
			usage: "make at most N requests a second", def: strconv.Itoa(poller.DefaultRate), set: setRate,
		},
		{
			name: "concurrency", group: pollGroup, kind: number, arg: "N", setting: true,
			usage: "have at most N requests under way", def: strconv.Itoa(poller.DefaultConcurrency), set: setConcurrency,
		},
		{
			name: "filter", group: screenGroup, kind: text, arg: "TEXT", setting: true,
			usage: "show only what matches, such as status:error; without a screen, the flag selects what is " +
				"watched, too", example: "!status:done",
			set: setFilter,
		},
		{
			name: "details", group: screenGroup, kind: text, arg: "WHERE", setting: true,
			words: []string{string(DetailsAuto), string(DetailsBelow), string(DetailsOff)},
			usage: "put details beside the list where there is room, else below it; always below it; " +
				"or on the whole screen only", def: string(DetailsAuto),
			set: func(d *draft, v string) error { d.Details = Details(v); return nil },
		},
		{
			name: "background", group: screenGroup, kind: text, arg: "KIND", setting: true,
			words: []string{string(BackgroundAuto), string(BackgroundDark), string(BackgroundLight)},
			usage: "use colours for this background", def: string(BackgroundAuto),
			set: func(d *draft, v string) error { d.Background = Background(v); return nil },
		},
		{
			name: "theme", group: screenGroup, kind: text, arg: "NAME", setting: true,
			words: themeNames(in), usage: "use these colours", def: firstOf(themeNames(in)),
			set: func(d *draft, v string) error { d.Theme = v; return nil },
		},
		{
			name: "ascii", group: screenGroup, setting: true,
			usage: "draw with ASCII only, where more looks broken",
			set:   toggleTo(func(d *draft) *bool { return &d.ASCII }),
		},
		{
			name: "no-mouse", group: screenGroup, setting: true,
			usage: "leave the mouse to the terminal, to select text",
			set:   toggleTo(func(d *draft) *bool { return &d.NoMouse }),
		},
		{
			name: "redact", group: screenGroup, setting: true,
			usage: "show short IDs and no descriptions, to share a screen (copying takes whole IDs)",
			set:   toggleTo(func(d *draft) *bool { return &d.Redact }),
		},
		{
			name: "plain", group: outputGroup, setting: true,
			usage: "print a line for each change until all jobs are finished; " +
				"the default where standard output is no terminal",
			set: toggleTo(func(d *draft) *bool { return &d.plain }),
		},
		{
			name: "json", group: outputGroup, setting: true,
			usage: "the same, one JSON object a line",
			set:   toggleTo(func(d *draft) *bool { return &d.json }),
		},
		{
			name: "once", group: outputGroup,
			usage: "poll each job once, print a table (or --json) and leave",
			set:   toggleTo(func(d *draft) *bool { return &d.Once }),
		},
		{
			name: "download", group: newsGroup, kind: folder, arg: "DIR", setting: true,
			usage: "save each job's PDF here the moment that it is Done", example: "~/Downloads/jobwatch",
			set: pathTo(func(d *draft) *string { return &d.Download }),
		},
		{
			name: "max-download", group: newsGroup, kind: size, arg: "SIZE", setting: true,
			usage: "leave PDFs alone that are larger than this", def: "500MB", set: setMaxDownload,
		},
		{
			name: "notify", group: newsGroup, kind: text, arg: "HOW", setting: true,
			words: []string{notify.None.String(), notify.Bell.String(), notify.Desktop.String()},
			usage: "tell news while nobody looks at the terminal, by the desktop's notifications where " +
				"the terminal is known to pass them on, else by its bell", def: notify.Desktop.String(),
			set: setNotify,
		},
		{
			name: "notify-command", group: newsGroup, kind: text, arg: "CMD", setting: true,
			usage:   "run this at news, with the event as JSON on its standard input",
			example: "jq -r .text | mail -s jobwatch me",
			set:     textTo(func(d *draft) *string { return &d.NotifyCommand }),
		},
		{
			name: "test-notification", group: newsGroup, noJobs: true, without: []string{"batch"},
			usage: "send notifications by all ways to see which arrive, and leave",
			set:   toggleTo(func(d *draft) *bool { return &d.TestNotification }),
		},
		{
			name: "demo", group: tryGroup, noJobs: true, without: []string{"api", "state", "batch", "test-notification"},
			usage: "watch about 30 simulated jobs; nothing is kept",
			set:   toggleTo(func(d *draft) *bool { return &d.Demo }),
		},
		{
			name: "api-server", group: tryGroup, kind: text, arg: "ADDR", noJobs: true,
			without: []string{
				"api", "state", "demo", "once", "test-notification", "batch", "filter", "plain", "json", "download",
			},
			usage: "only serve the simulated API, such as on localhost:8080, and print its jobs' IDs",
			set:   setAPIServer,
		},
		{
			name: "debug", group: otherGroup, kind: file, arg: "FILE", setting: true,
			usage: "log to this file, without full IDs", example: "/tmp/jobwatch.log",
			set: pathTo(func(d *draft) *string { return &d.Debug }),
		},
		{
			name: "print-config", group: otherGroup,
			usage: "print a config file of all defaults, with comments",
			show:  func(in *Input, _ string) (string, error) { return configText(in), nil },
		},
		{
			name: "completion", group: otherGroup, kind: text, arg: "SHELL",
			words: []string{"bash", "zsh", "fish"}, usage: "print the completions for this shell",
			show: completion,
		},
		{
			name: "man", group: otherGroup,
			usage: "print the manual page; try jobwatch --man | man -l -",
			show:  func(in *Input, _ string) (string, error) { return manPage(in), nil },
		},
		{
			name: "version", short: "V", group: otherGroup, usage: "print the version",
			show: func(in *Input, _ string) (string, error) { return versionText(in), nil },
		},
		{
			name: "help", short: "h", group: otherGroup, usage: "print this",
			show: func(in *Input, _ string) (string, error) { return helpText(in), nil },
		},
	}
	if len(in.Themes) == 0 {
		all = slices.DeleteFunc(all, func(opt option) bool { return opt.name == "theme" })
	}
	return all
}

// The environment variables and defaults that other places speak of, too.
const (
	EnvAPI   = "JOBWATCH_API"
	EnvState = "JOBWATCH_STATE"

	DefaultAPI = "https://api.markdown2pdf.ai"
)
