package config

import "slices"

// kind is what an option's value is.
type kind uint8

const (
	toggle kind = iota // on or off, without a value on the command line
	text
	number
	size // bytes: a number, or a text such as "500MB"
	file
	folder
)

// group is the heading that an option stands under.
type group uint8

const (
	jobsGroup group = iota
	pollGroup
	screenGroup
	outputGroup
	newsGroup
	tryGroup
	otherGroup
	groups
)

func (g group) String() string {
	return [groups]string{
		"Jobs", "Polling", "Screen", "Output", "Finished jobs", "Trying it out", "Other",
	}[g]
}

// option is one row of the table.
type option struct {
	name       string // as in --name; the same word is its key in the config file
	short      string // one letter, or ""
	group      group
	kind       kind
	arg        string   // what stands for the value in the help; "" for a toggle
	env        string   // the environment variable that sets it, or ""
	words      []string // when not empty, the only values
	usage      string   // what it does, in one sentence without a full stop
	def        string   // the default as it is written in the config file; "" when there is none
	otherwise, // the default in words, where def has none
	example string // a value for the annotated config file, where def has none

	setting bool // may stand in the config file: it is a habit, not an action

	noJobs  bool     // an action that takes no jobs
	without []string // what can't be given with it

	set  func(d *draft, value string) error
	show func(in *Input, value string) (string, error) // instead of set: ends with this text
}

// take validates a value by what the option's row says and sets it. Its error says
// what is wrong with the value; the caller says whose it is.
func (opt *option) take(d *draft, value string) error {
	if err := opt.allow(value); err != nil {
		return err
	}
	return opt.set(d, value)
}

func (opt *option) allow(value string) error {
	if len(opt.words) > 0 && !slices.Contains(opt.words, value) {
		return wrong("want " + list(opt.words) + didYouMean(value, opt.words))
	}
	return nil
}

func find(table []option, name string) *option {
	for i := range table {
		if table[i].name == name {
			return &table[i]
		}
	}
	return nil
}

func names(opts []option, keep func(option) bool) []string {
	var out []string
	for _, opt := range opts {
		if keep == nil || keep(opt) {
			out = append(out, opt.name)
		}
	}
	return out
}

func themeNames(in *Input) []string {
	var out []string
	for _, t := range in.Themes {
		out = append(out, t.Name)
	}
	return out
}

func firstOf(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
