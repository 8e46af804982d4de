package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/jobwatch/ui/sanitize"
)

const (
	helpWidth = 80 // columns, as every terminal has

	summary = "Watches markdown2pdf.ai jobs until they are finished: in a dashboard, or line by line."
)

const aboutJobs = `A JOB is a job's ID, also in quotes or braces or after urn:uuid:, or a path
or URL that has it. "-" takes all IDs from the text on standard input, whatever that text is, as
they come; so does a standard input that is not a terminal if no JOB is given. Without an ID, "-"
is an error. A JOB that was given up or rejected before is checked again. Jobs are tracked until you
remove them: without any JOB, jobwatch continues with all tracked jobs.`

const aboutJSON = `With --json there is an object for each change of a job's status and for each
PDF. There is another when a job's checks fail for the third time in a row, fail for another
reason, or succeed again. Every object has every key; null means unknown. With --summary,
there is a last one, which alone has an event ("summary"): its jobs are as many as done, failed,
unfinished and removed together; its files_saved, files_failed and files_unfinished are PDFs;
seconds is how long jobwatch ran, exit_status what it ends with.`

// section is a part of the help and of the manual page.
type section struct {
	title   string
	text    string
	entries []entry
}

// entry is a thing and what it is for. The argument belongs to the name.
type entry struct{ name, arg, about string }

// sections returns the parts of the help and of the manual page that follow the options;
// references are only in the latter.
func (p *parser) sections() (examples section, references, surroundings []section) {
	keys := section{title: "Keys"}
	for _, k := range p.in.Keys {
		keys.entries = append(keys.entries, entry{cmp.Or(strings.TrimSpace(strings.Join(k.Keys, ", ")), "space"), "", k.About})
	}
	env := section{title: "Environment"}
	for _, opt := range p.table {
		if opt.env != "" {
			env.entries = append(env.entries, entry{opt.env, "", "as --" + opt.name + "; the flag overrides it"})
		}
	}
	env.entries = append(env.entries, entry{"NO_COLOR", "", "if not empty, no colours"})
	examples = section{title: "Examples", entries: []entry{ // ID stands for a job ID
		{"jobwatch", "", "the dashboard; paste job IDs at any time"},
		{"jobwatch --demo", "", "the same with simulated jobs, to try it"},
		{"jobwatch ID /job/ID/status", "", "track these jobs, too"},
		{"jobwatch --batch may - < ids.txt", "", "track all IDs in a text, as one batch"},
		{"jobwatch --filter status:error", "", "look at what failed"},
		{"jobwatch --plain ID && echo ready", "", "wait for a job in a script"},
		{"jobwatch --plain --timeout 1h ID", "", "wait for an hour at most"},
		{"jobwatch --json ID | jq .progress", "", "follow a job from a program"},
		{"jobwatch --once --json", "", "check all jobs once"},
		{"jobwatch --once --filter batch:may", "", "check one batch once"},
		{"jobwatch --download . - < ids.txt", "", "save each PDF once it is ready"},
		{"jobwatch add --batch may < ids.txt", "", "only track them: an open dashboard shows them"},
		{"jobwatch list --filter is:live", "", "look at them without asking the API"},
		{"jobwatch remove --finished", "", "clear up, after a question"},
		{"jobwatch download --dir may --filter batch:may", "", "save the PDFs of one batch"},
	}}
	references = []section{{title: "JSON lines", text: aboutJSON, entries: []entry{
		{"time", "", "when it happened, RFC 3339 in UTC"},
		{"id, batch", "", "the job's ID and its batch's name"},
		{"status", "", `the API's word; "removed" when the job left the state file; null before the first answer`},
		{"progress", "", "0 to 1"},
		{"status_meta, path", "", "as the API gave them"},
		{"error", "", "why the job ended without being Done; null until then"},
		{"problem", "", `why its last check failed, with the HTTP status, such as "403 Forbidden: ..."; else null`},
		{"file, file_error", "", "where its PDF was saved, or why it could not be"},
		{"ready_from, ready_by", "", "when it will be ready, in four cases of five"},
	}}, keys, {title: "Proxies, certificates and gateways", entries: []entry{
		{"HTTPS_PROXY, HTTP_PROXY", "", "the proxy for https:// and http://: an http, https, socks5 or socks5h URL such as http://USER:PASSWORD@HOST:PORT"},
		{"ALL_PROXY", "", "the proxy for those of the two that have none"},
		{"NO_PROXY", "", "hosts, domains (.example.com) and networks (10.0.0.0/8) to be asked without a proxy"},
		{"SSL_CERT_FILE, SSL_CERT_DIR", "", "the certificate authorities to trust instead of the system's (not on macOS and Windows)"},
		{"headers, JOBWATCH_HEADERS, --header", "", "what a gateway wants; sent to the scheme, host and port of --api only, never shown or logged"},
	}}}
	surroundings = []section{env, {title: "Files", entries: []entry{
		{p.shown(p.in.StatePath), "", "the tracked jobs (XDG_STATE_HOME)"},
		{p.shown(p.in.ConfigPath), "", "defaults for the flags (XDG_CONFIG_HOME)"},
	}}}
	return examples, references, surroundings
}

// flags returns a section for each group of a command's options.
func (p *parser) flags(command string) (out []section) {
	group := ""
	for _, opt := range p.table {
		if group = cmp.Or(opt.group, group); command != Watch {
			group = "Flags"
		}
		if !opt.isOf(command) {
			continue
		}
		if len(out) == 0 || out[len(out)-1].title != group {
			out = append(out, section{title: group})
		}
		name := "    --" + opt.name // under those with a short name
		if opt.short != "" {
			name = "-" + opt.short + ", --" + opt.name
		}
		last := &out[len(out)-1]
		last.entries = append(last.entries, entry{name, opt.arg, opt.about() + opt.hint})
	}
	return out
}

// help returns the help of the command that was given.
func (p *parser) help() string {
	examples, _, surroundings := p.sections()
	var b strings.Builder
	all := section{title: "Commands"}
	for _, c := range commands() {
		all.entries = append(all.entries, entry{c.name, strings.TrimSpace(c.args), c.about})
		if c.name == p.options.Command {
			fmt.Fprintf(&b, "Usage: %s [flags]%s\n\n%s\n", called(c.name), c.args, wrap(sentence(c.about)+c.more, helpWidth, ""))
			writeHelp(&b, p.flags(c.name))
			return b.String()
		}
	}
	b.WriteString(wrap(summary, helpWidth, "") + "\n\nUsage: jobwatch [flags] [JOB]...\n       jobwatch COMMAND [flags] [JOB]...\n\n")
	b.WriteString(wrap(aboutJobs, helpWidth, "") + "\n")
	for _, part := range [][]section{{examples}, {all}, p.flags(Watch), {statuses()}, surroundings} {
		writeHelp(&b, part)
	}
	return b.String()
}

// writeHelp writes sections whose explanations begin in the same column.
func writeHelp(b *strings.Builder, sections []section) {
	column := 0
	for _, s := range sections {
		for _, e := range s.entries {
			column = max(column, len(e.synopsis())+4)
		}
	}
	indent := strings.Repeat(" ", column)
	for _, s := range sections {
		b.WriteString("\n" + s.title + "\n")
		for _, e := range s.entries {
			left := "  " + e.synopsis()
			b.WriteString(left + indent[len(left):] + wrap(e.about, helpWidth-column, indent) + "\n")
		}
	}
}

func (e entry) synopsis() string { return strings.TrimRight(e.name+" "+e.arg, " ") }

// manPage returns the manual page in the man(7) macros. It has no date, so that every
// build's is the same.
func (p *parser) manPage() string {
	examples, references, surroundings := p.sections()
	var b strings.Builder
	fmt.Fprintf(&b, `.TH JOBWATCH 1 "" "jobwatch %s" "User Commands"
.SH NAME
jobwatch \- watch markdown2pdf.ai jobs until they are finished
.SH SYNOPSIS
.B jobwatch
[\fIflags\fR] [\fIJOB\fR]...
.PP
.B jobwatch
\fICOMMAND\fR [\fIflags\fR] [\fIJOB\fR]...
.SH DESCRIPTION
%s
.PP
%s
.SH OPTIONS
`, roff(Version()), roff(summary), roff(aboutJobs))
	write := func(macro string, sections ...section) {
		for _, s := range sections {
			b.WriteString(macro + " " + s.title + "\n")
			if s.text != "" {
				b.WriteString(roff(s.text) + "\n")
			}
			for _, e := range s.entries {
				term := `\fB` + roff(strings.TrimSpace(e.name)) + `\fR`
				if e.arg != "" {
					term += ` \fI` + roff(e.arg) + `\fR`
				}
				b.WriteString(".TP\n" + term + "\n" + roff(sentence(e.about)) + "\n")
			}
		}
	}
	write(".SS", p.flags(Watch)...)
	b.WriteString(".SH COMMANDS\n")
	write(".SS", p.commandSections()...)
	for _, s := range slices.Concat([]section{examples, statuses()}, references, surroundings) {
		s.title = strings.ToUpper(s.title)
		write(".SH", s)
	}
	return b.String()
}

// commandSections returns a section for each command, with those of its flags that are only its own.
func (p *parser) commandSections() (out []section) {
	for _, c := range commands() {
		s := section{title: called(c.name) + " [flags]" + c.args, text: strings.Join(strings.Fields(sentence(c.about)+c.more), " ")}
		var shared []string
		for _, part := range p.flags(c.name) {
			for _, e := range part.entries {
				if _, name, _ := strings.Cut(e.name, "--"); p.byName[name].isOf(Watch) {
					shared = append(shared, "--"+name)
				} else {
					s.entries = append(s.entries, e)
				}
			}
		}
		s.text += " Its other flags: " + strings.Join(shared, ", ") + "."
		out = append(out, s)
	}
	return out
}

// roff escapes text: dashes stay dashes to copy, and no line begins a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\n.", "\n\\&.").Replace("\n" + s)
	return s[1:]
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }

// wrap breaks text at spaces into lines of at most width; all but the first are indented.
func wrap(s string, width int, indent string) string {
	return strings.Join(sanitize.ASCII.Wrap(strings.Join(strings.Fields(s), " "), width), "\n"+indent)
}
