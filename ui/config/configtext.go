package config

import (
	"strconv"
	"strings"
)

// configText is the config file with all defaults, each commented out: a user keeps
// what differs.
func configText(in *Input) string {
	var b strings.Builder
	b.WriteString("# jobwatch reads this from $XDG_CONFIG_HOME/jobwatch/config.toml (~/.config when\n" +
		"# that is not set). Each line below is a default, or an example where there is\n" +
		"# none: take away the # of what you change. Flags and JOBWATCH_... win over it.\n")
	for _, opt := range options(in) {
		if !opt.setting {
			continue
		}
		b.WriteString("\n# " + wrap(sentence(opt.about()), helpWidth-2, "# ") + "\n")
		if opt.name == "theme" {
			for _, t := range in.Themes {
				b.WriteString("#   " + t.Name + ": " + t.About + "\n")
			}
		}
		b.WriteString("# " + opt.name + " = " + opt.tomlDefault() + "\n")
	}
	if len(in.Keys) > 0 {
		b.WriteString("\n# Keys: one, or several in brackets. A key given here is taken from the action\n" +
			"# that has it by default.\n[keys]\n")
		for _, k := range in.Keys {
			comment(&b, k.Name+" = "+tomlKeys(k.Keys), k.About)
		}
	}
	if len(in.Roles) > 0 {
		b.WriteString("\n# Colours, in place of the theme's: #rrggbb, 0 to 255 of the terminal's palette,\n" +
			"# black, red, green, yellow, blue, magenta, cyan, white (also as bright-red), or\n" +
			"# default for the terminal's own. One for all backgrounds, or one each. Their\n" +
			"# contrast is not checked. A terminal of 16 colours takes only those with names.\n[colors]\n")
		for _, r := range in.Roles {
			comment(&b, r.Name+" = { light = "+tomlColor(r.Default.Light)+", dark = "+tomlColor(r.Default.Dark)+" }", r.About)
		}
	}
	return b.String()
}

// comment writes a commented-out line with what it is for at its end.
func comment(b *strings.Builder, line, about string) {
	b.WriteString("# " + line)
	if about != "" {
		b.WriteString("  # " + about)
	}
	b.WriteByte('\n')
}

func (opt *option) tomlDefault() string {
	v := opt.def
	if v == "" {
		v = opt.example
	}
	switch opt.kind {
	case toggle:
		return "false"
	case number:
		return v
	default:
		return strconv.Quote(v)
	}
}

func tomlColor(c string) string {
	if c == "" {
		c = ownColor
	}
	return strconv.Quote(c)
}

func tomlKeys(keys []string) string {
	quoted := make([]string, 0, len(keys))
	for _, k := range keys {
		if k == " " {
			k = "space"
		}
		if k != "ctrl+c" { // always quits, whatever stands here
			quoted = append(quoted, strconv.Quote(k))
		}
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// sentence makes a sentence of an option's explanation.
func sentence(s string) string {
	s = strings.ToUpper(s[:1]) + s[1:]
	if strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}
