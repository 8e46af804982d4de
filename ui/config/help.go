package config

import (
	"slices"
	"strings"
)

// helpWidth is what every terminal has.
const helpWidth = 80

// example is a command that shows a use. ID stands for a job ID.
type example struct{ command, about string }

func examples() []example {
	return []example{
		{"jobwatch", "the dashboard; paste job IDs at any time"},
		{"jobwatch --demo", "the same with simulated jobs, to try it"},
		{"jobwatch ID /job/ID/status", "track these jobs, too"},
		{"jobwatch --batch may - < ids.txt", "track all IDs in a text, as one batch"},
		{"jobwatch --filter status:error", "look at what failed"},
		{"jobwatch --plain ID && echo ready", "wait for a job in a script"},
		{"jobwatch --json ID | jq .progress", "follow a job from a program"},
		{"jobwatch --once --json", "where do my jobs stand?"},
		{"jobwatch --once --filter batch:may", "and those of a batch?"},
		{"jobwatch --download . - < ids.txt", "fetch each PDF once it is ready"},
	}
}

const summary = "Watches markdown2pdf.ai jobs until they are finished: in a dashboard, or line by line."

const aboutJobs = `A JOB is a job's ID, or a path or URL that has it. "-" takes all IDs out of the
text on standard input, whatever that text is; so does a standard input that is
not a terminal when no JOB is given, unless it is empty. A JOB that was given up
or rejected before is asked for again. Jobs are tracked until you forget them:
without any JOB, jobwatch goes on with all that it tracks.`

// status is an exit status and what it means.
type status struct{ code, about string }

func statuses() []status {
	return []status{
		{"0", "all jobs are Done; or the dashboard was left"},
		{"1", "a job ended otherwise or was removed, a PDF was not saved, or jobwatch could not go on"},
		{"2", "wrong flag, argument or config file"},
		{"8", "with --once: some jobs are still unfinished"},
		{"70", "jobwatch itself broke: a report says where"},
		{"130", "ctrl+c without the dashboard (129: the terminal was closed, 131: SIGQUIT, 143: SIGTERM)"},
	}
}

const aboutJSON = `With --json there is an object for each change of a job's status, for each PDF, and
when a job's checks begin to fail for the third time in a row, fail of something
else, or fail no more. Every key is always there; null means not known.`

// jsonKeys are the keys of --json's objects.
func jsonKeys() []pair {
	return []pair{
		{"time", "when it came about, RFC 3339 in UTC"},
		{"id, batch", "the job's ID and its batch's name"},
		{"status", `the API's word; "removed" when the job left the state file; null before the first answer`},
		{"progress", "0 to 1"},
		{"status_meta, path", "as the API gave them"},
		{"error", "why the job ended without being Done; null while it may still be"},
		{"problem", `why its last check failed, with the HTTP status, such as "403 Forbidden: ..."; null when it did not`},
		{"file, file_error", "where its PDF was saved, or why it could not be"},
		{"ready_from, ready_by", "when it will be ready, in four cases of five"},
	}
}

// pair is a thing outside and what it is for.
type pair struct{ name, about string }

func environment(table []option) []pair {
	var out []pair
	for i := range table {
		if opt := &table[i]; opt.env != "" {
			out = append(out, pair{opt.env, "as --" + opt.name + "; the flag wins"})
		}
	}
	return append(out, pair{"NO_COLOR", "when not empty, no colours"})
}

func files(in *Input) []pair {
	all := []pair{{"$XDG_STATE_HOME/jobwatch/jobs.jsonl", "the tracked jobs (~/.local/state)"}}
	if in.ReadFile != nil {
		all = append(all, pair{"$XDG_CONFIG_HOME/jobwatch/config.toml", "defaults for the flags (~/.config)"})
	}
	return all
}

func helpText(in *Input) string {
	table := options(in)
	var b strings.Builder
	b.WriteString(wrap(summary, helpWidth, "") + "\n\n")
	b.WriteString("Usage: jobwatch [flags] [JOB]...\n\n" + aboutJobs + "\n\nExamples\n")
	for _, e := range examples() {
		entry(&b, "  "+e.command, e.about, 38)
	}
	column := 0
	for i := range table {
		column = max(column, len(table[i].synopsis())+2)
	}
	for g := range groups {
		heading := "\n" + g.String() + "\n"
		for i := range table {
			opt := &table[i]
			if opt.group != g {
				continue
			}
			b.WriteString(heading)
			heading = ""
			entry(&b, opt.synopsis(), opt.about(), column)
		}
	}
	b.WriteString("\nExit status\n")
	for _, s := range statuses() {
		entry(&b, "  "+s.code, s.about, 8)
	}
	b.WriteString("\nEnvironment and files\n")
	for _, p := range slices.Concat(environment(table), files(in)) {
		entry(&b, "  "+p.name, p.about, 41)
	}
	return b.String()
}

// synopsis is the left of an option's lines: "  -h, --help".
func (opt *option) synopsis() string {
	s := "      --" + opt.name
	if opt.short != "" {
		s = "  -" + opt.short + ", --" + opt.name
	}
	if opt.arg != "" {
		s += " " + opt.arg
	}
	return s
}

// about is what an option does, its values and its default.
func (opt *option) about() string {
	s := opt.usage
	if len(opt.words) > 0 {
		s += ": " + list(opt.words)
	}
	switch {
	case opt.def != "":
		s += " (default " + opt.def + ")"
	case opt.otherwise != "":
		s += " (default: " + opt.otherwise + ")"
	}
	return s
}

// entry writes left, and right beside it from the given column on; under it where
// left is too long.
func entry(b *strings.Builder, left, right string, column int) {
	indent := strings.Repeat(" ", column)
	b.WriteString(left)
	if len(left)+2 > column {
		b.WriteString("\n" + indent)
	} else {
		b.WriteString(indent[len(left):])
	}
	b.WriteString(wrap(right, helpWidth-column, indent) + "\n")
}

// wrap breaks ASCII text at spaces into lines of at most width, the second and
// further ones indented. A word that is longer stands alone.
func wrap(s string, width int, indent string) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(s) {
		switch {
		case at == 0:
		case at+1+len(word) > width:
			b.WriteString("\n" + indent)
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += len(word)
	}
	return b.String()
}
