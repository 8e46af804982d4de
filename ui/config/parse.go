package config

import (
	"errors"
	"strconv"
)

// Parse decides what to do. Flags beat the environment, which beats the config file.
// Its errors are [UsageError]s.
func Parse(in Input) (Options, error) {
	if in.Env == nil {
		in.Env = func(string) string { return "" }
	}
	table := options(&in)
	given, args, err := parseFlags(&in, table)
	if asked := (*printError)(nil); errors.As(err, &asked) {
		return Options{Text: asked.text}, nil
	}
	if err != nil {
		return Options{}, err
	}

	d := defaults(table)
	if err := readConfig(&in, table, d); err != nil {
		return Options{}, err
	}
	if err := readEnv(&in, table, given, d); err != nil {
		return Options{}, err
	}
	for _, g := range given {
		if err := g.opt.take(d, g.value); err != nil {
			return Options{}, err // was taken once already: can't be
		}
	}
	if err := together(given, args); err != nil {
		return Options{}, err
	}
	ids, named, err := parseJobs(args)
	if err != nil {
		return Options{}, err
	}
	d.Jobs = ids
	d.Stdin = d.wantsStdin(&in, named)
	d.Output = d.output(&in, given)
	d.BatchGiven = wasGiven(given, "batch")
	if d.Output != Dashboard || d.Once {
		if !wasGiven(given, "filter") {
			d.Filter = "" // what the config file has of it is the list's
		}
		if d.BatchGiven && len(ids) == 0 && d.Stdin == IgnoreStdin {
			return Options{}, usageError("no jobs are given; " + OnlyNames)
		}
	}
	return d.Options, nil
}

// OnlyNames says what --batch is not for.
const OnlyNames = "--batch only names the batch of new jobs: --filter batch:NAME watches a batch"

// defaults are the options when nothing says otherwise.
func defaults(table []option) *draft {
	d := &draft{}
	for i := range table {
		if opt := &table[i]; opt.def != "" {
			if err := opt.take(d, opt.def); err != nil {
				panic("default of --" + opt.name + ": " + err.Error())
			}
		}
	}
	return d
}

// readEnv takes the environment's values of what no flag sets. An empty variable is
// no variable.
func readEnv(in *Input, table []option, given []assignment, d *draft) error {
	for i := range table {
		opt := &table[i]
		if opt.env == "" || wasGiven(given, opt.name) {
			continue
		}
		if v := in.Env(opt.env); v != "" {
			if err := opt.take(d, v); err != nil {
				return usageError(opt.env + " " + quote(v) + ": " + err.Error())
			}
		}
	}
	return nil
}

// wasGiven reports whether a flag was given, and not to switch it off.
func wasGiven(given []assignment, name string) bool {
	was := false
	for _, g := range given {
		if g.opt.name == name {
			on, err := strconv.ParseBool(g.value)
			was = g.opt.kind != toggle || on && err == nil
		}
	}
	return was
}

// together refuses what can't be asked for together.
func together(given []assignment, args []string) error {
	for _, g := range given {
		if !wasGiven(given, g.opt.name) {
			continue
		}
		if g.opt.noJobs && len(args) > 0 {
			return usageError("--" + g.opt.name + " takes no jobs, but " + quote(args[0]) + " was given")
		}
		for _, other := range g.opt.without {
			if wasGiven(given, other) {
				return usageError("--" + g.opt.name + " and --" + other + " don't go together")
			}
		}
	}
	return nil
}

// wantsStdin reports whether standard input is to be read.
func (d *draft) wantsStdin(in *Input, named bool) Stdin {
	switch {
	case named:
		return WantStdin
	case in.StdinTerminal, len(d.Jobs) > 0, d.Demo, d.APIServer != "", d.TestNotification:
		return IgnoreStdin
	}
	return MaybeStdin
}

func (d *draft) output(in *Input, given []assignment) Output {
	plain, json := wasGiven(given, "plain"), wasGiven(given, "json")
	if plain && json {
		d.Warnings = append(d.Warnings, "--plain is ignored beside --json")
	}
	switch {
	case d.json && (json || !plain):
		return JSON
	case d.plain || !in.StdoutTerminal:
		return Plain
	}
	return Dashboard
}
