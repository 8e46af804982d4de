package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"example.com/jobwatch/ui/style"
)

// readFile takes the config file's settings. Its errors name file and line.
func (p *parser) readFile() error {
	if p.in.ConfigPath == "" || p.in.ReadFile == nil {
		return nil
	}
	data, err := p.in.ReadFile(p.in.ConfigPath)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // its folder may be /dev/null
		return nil
	}
	if err != nil {
		return usageError("the config file can't be read: " + err.Error())
	}
	line, err := p.readTOML(bytes.TrimPrefix(data, []byte("\ufeff")))
	if err != nil {
		return usageError(p.in.ConfigPath + ":" + strconv.Itoa(line) + ": " + strings.TrimPrefix(err.Error(), "toml: "))
	}
	return nil
}

// readTOML takes all settings, and returns the line that its error is about.
func (p *parser) readTOML(data []byte) (line int, err error) {
	var doc map[string]any
	if err := toml.Unmarshal(data, &doc); err != nil {
		line = 1
		if de, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = de.Position()
		}
		return line, err
	}
	for _, s := range settings(data) {
		var value any = doc
		for _, name := range s.path {
			table, _ := value.(map[string]any)
			value = table[name]
		}
		if err := p.takeSetting(s.path, value); err != nil {
			return s.line, err
		}
	}
	p.bindOthers()
	return 0, nil
}

// takeSetting takes a key or a table of the file.
func (p *parser) takeSetting(path []string, value any) error {
	name, rest := path[0], path[1:]
	_, isTable := value.(map[string]any)
	opt := p.find(name)
	switch {
	case name == "keys" || name == "colors":
		if len(rest) == 0 && !isTable {
			return errors.New(name + ": want a table: [" + name + "]")
		}
		if len(rest) == 0 {
			return nil
		}
		if name == "keys" {
			return p.takeKeys(rest, value)
		}
		return p.takeColor(rest, value)
	case opt == nil:
		return errors.New("unknown setting " + quote(name) + didYouMean(name, append(p.names(false), "keys", "colors")))
	case opt.flagOnly:
		return errors.New("--" + name + " is for the command line only, not a setting")
	case len(rest) > 0:
		return errors.New(name + ": want a value, not a table")
	}
	text, err := opt.fromTOML(value)
	if err != nil {
		return errors.New(name + ": " + err.Error())
	}
	if text == "" {
		return nil // as if it were not there
	}
	if opt.arg == file || opt.arg == folder {
		text = p.expandHome(text)
	}
	if err := opt.take(text); err != nil {
		return errors.New(name + " = " + quote(text) + ": " + err.Error())
	}
	return nil
}

// fromTOML returns a value as the command line has it, if it is of the option's kind.
func (opt *option) fromTOML(value any) (string, error) {
	right := false
	switch value.(type) {
	case bool:
		right = opt.arg == toggle
	case float64:
		right = opt.arg == number
	case int64:
		right = opt.arg == number || opt.arg == size
	case string:
		right = opt.arg != number && opt.arg != toggle
	}
	what := map[string]string{
		toggle: "true or false, without quotes",
		number: "a number, without quotes",
		size:   `a size in quotes, such as "500MB"`,
	}[opt.arg]
	return fmt.Sprint(value), want(cmp.Or(what, "a text in quotes"), right)
}

// expandHome expands ~ as a shell does on the command line.
func (p *parser) expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return path
	}
	if home := cmp.Or(p.in.Env("HOME"), p.in.Env("USERPROFILE")); home != "" {
		return home + rest
	}
	return path
}

// setting is the place of a key or a table in a file.
type setting struct {
	path []string
	line int
}

// settings returns the places of all keys and tables of a valid file, in its order. The
// decoder keeps positions only for its own errors, so this reads the syntax again.
func settings(data []byte) (out []setting) {
	var table []string
	var p unstable.Parser
	var add func(prefix []string, n *unstable.Node) []string
	add = func(prefix []string, n *unstable.Node) []string {
		path, line := slices.Clone(prefix), 0
		for it := n.Key(); it.Next(); {
			path = append(path, string(it.Node().Data))
			line = cmp.Or(line, p.Shape(it.Node().Raw).Start.Line)
		}
		out = append(out, setting{path, line})
		if n.Kind == unstable.KeyValue && n.Value().Kind == unstable.InlineTable {
			for it := n.Value().Children(); it.Next(); {
				add(path, it.Node())
			}
		}
		return path
	}
	for p.Reset(data); p.NextExpression(); {
		switch n := p.Expression(); n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = add(nil, n)
		case unstable.KeyValue:
			add(table, n)
		default:
		}
	}
	return out
}

// configText returns the config file with all defaults, each commented out.
func configText(in *Input) string {
	var b strings.Builder
	b.WriteString(`# jobwatch reads this from $XDG_CONFIG_HOME/jobwatch/config.toml (~/.config if
# that is not set). Each line below is a default, or an example if it has none:
# remove the # from what you change. Flags and JOBWATCH_... override the file.
`)
	for _, opt := range options(in, &Options{}) {
		if opt.flagOnly {
			continue
		}
		b.WriteString("\n# " + wrap(sentence(opt.about()), helpWidth-2, "# ") + "\n")
		if opt.name == "theme" {
			for _, t := range style.Themes() {
				b.WriteString("#   " + t.Name + ": " + t.About + "\n")
			}
		}
		value := cmp.Or(opt.def, opt.example, "false")
		if opt.arg != toggle && opt.arg != number {
			value = strconv.Quote(value)
		}
		b.WriteString("# " + opt.name + " = " + value + "\n")
	}
	b.WriteString(`
# Keys: one, or several in brackets. A key given here is taken from the action
# that has it by default.
[keys]
`)
	for _, k := range in.Keys {
		b.WriteString("# " + k.Name + " = " + tomlKeys(k.Keys) + "  # " + k.About + "\n")
	}
	b.WriteString(`
# Colours, instead of the theme's: #rrggbb, 0 to 255 of the terminal's palette,
# black, red, green, yellow, blue, magenta, cyan, white (also as bright-red), or
# default for the terminal's own. One for all backgrounds, or one each. Their
# contrast is not checked. A terminal of 16 colours takes only those with names.
[colors]
`)
	for _, n := range style.Names() {
		c := style.Calm()[n.Name]
		fmt.Fprintf(&b, "# %s = { light = %q, dark = %q }  # %s\n", n.Name, cmp.Or(c.Light, style.Default), cmp.Or(c.Dark, style.Default), n.About)
	}
	return b.String()
}

// tomlKeys writes an action's keys; ctrl+c is left out, which always quits.
func tomlKeys(keys []string) string {
	var quoted []string
	for _, k := range keys {
		if k != "ctrl+c" {
			quoted = append(quoted, strconv.Quote(strings.ReplaceAll(k, " ", "space")))
		}
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
