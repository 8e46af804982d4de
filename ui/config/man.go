package config

import "strings"

// manPage is the manual page in the man(7) macros.
func manPage(in *Input) string {
	table := options(in)
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, " ") + "\n") }
	// The date is left out: it would make every build's page another one.
	line(`.TH JOBWATCH 1 "" "jobwatch`, roff(in.Version)+`" "User Commands"`)
	line(".SH NAME")
	line(`jobwatch \- watch markdown2pdf.ai jobs until they are finished`)
	line(".SH SYNOPSIS")
	line(`.B jobwatch`)
	line(`[\fIflags\fR] [\fIJOB\fR]...`)
	line(".SH DESCRIPTION")
	line(roff(summary))
	line(".PP")
	line(roff(aboutJobs))
	line(".SH OPTIONS")
	for g := range groups {
		heading := ".SS " + g.String() + "\n"
		for i := range table {
			opt := &table[i]
			if opt.group != g {
				continue
			}
			b.WriteString(heading)
			heading = ""
			line(".TP")
			line(opt.roffSynopsis())
			line(roff(sentence(opt.about())))
		}
	}
	line(".SH EXAMPLES")
	for _, e := range examples() {
		line(".TP")
		line(`\fB` + roff(e.command) + `\fR`)
		line(roff(sentence(e.about)))
	}
	line(".SH EXIT STATUS")
	for _, s := range statuses() {
		line(".TP")
		line(`\fB` + s.code + `\fR`)
		line(roff(sentence(s.about)))
	}
	entries := func(pairs []pair) {
		for _, p := range pairs {
			line(".TP")
			line(`\fI` + roff(p.name) + `\fR`)
			line(roff(sentence(p.about)))
		}
	}
	section := func(heading string, pairs []pair) {
		line(".SH " + heading)
		entries(pairs)
	}
	line(".SH JSON LINES")
	line(roff(aboutJSON))
	entries(jsonKeys())
	if len(in.Keys) > 0 {
		section("KEYS", keys(in))
	}
	section("ENVIRONMENT", environment(table))
	section("FILES", files(in))
	return b.String()
}

// keys are the dashboard's default keys and what they do.
func keys(in *Input) []pair {
	var all []pair
	for _, k := range in.Keys {
		names := strings.Join(k.Keys, ", ")
		if names == " " {
			names = "space"
		}
		all = append(all, pair{names, k.About})
	}
	return all
}

func (opt *option) roffSynopsis() string {
	s := `\fB` + roff("--"+opt.name) + `\fR`
	if opt.short != "" {
		s = `\fB` + roff("-"+opt.short) + `\fR, ` + s
	}
	if opt.arg != "" {
		s += ` \fI` + opt.arg + `\fR`
	}
	return s
}

// roff escapes text: dashes stay dashes to copy, and no line begins a request.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
