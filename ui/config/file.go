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
	"unicode"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"example.com/jobwatch/ui/decode"
	"example.com/jobwatch/ui/style"
)

// readFile takes the config file's settings. Its errors name file and line.
func (p *parser) readFile() error {
	data, err := p.in.ReadFile(p.in.ConfigPath)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // its folder may be /dev/null
		return nil
	}
	if err != nil {
		return errors.New("the config file can't be read: " + err.Error())
	}
	if line, err := p.readTOML(decode.Bytes(data)); err != nil {
		return errors.New(p.in.ConfigPath + ":" + strconv.Itoa(line) + ": " + strings.TrimPrefix(err.Error(), "toml: "))
	}
	return nil
}

// singleQuotes is advice for what Windows users copy into the file.
const singleQuotes = `; in double quotes \ begins an escape: use single quotes, as in 'C:\Users\me'`

// readTOML takes all settings in their order, and returns the line that its error is about. The
// decoder keeps positions only for its own errors, so those of settings come from the syntax.
func (p *parser) readTOML(data []byte) (line int, err error) {
	var doc map[string]any
	if err := toml.Unmarshal(data, &doc); err != nil {
		line = 1
		if de, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = de.Position()
		}
		if lines := bytes.Split(data, []byte("\n")); bytes.Contains(lines[min(line, len(lines))-1], []byte(`\`)) {
			err = errors.New(err.Error() + singleQuotes)
		}
		return line, err
	}
	var syntax unstable.Parser
	var take func(path []string, n *unstable.Node) []string
	take = func(path []string, n *unstable.Node) []string {
		at := 0
		for it := n.Key(); it.Next(); {
			path = append(slices.Clip(path), string(it.Node().Data))
			at = cmp.Or(at, syntax.Shape(it.Node().Raw).Start.Line)
		}
		var value any = doc
		for _, name := range path {
			table, _ := value.(map[string]any)
			value = table[name]
		}
		if err == nil {
			line, err = at, p.takeSetting(path, value)
		}
		if n.Kind == unstable.KeyValue && n.Value().Kind == unstable.InlineTable {
			for it := n.Value().Children(); it.Next(); {
				take(path, it.Node())
			}
		}
		return path
	}
	var table []string
	for syntax.Reset(data); syntax.NextExpression(); {
		switch n := syntax.Expression(); n.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = take(nil, n)
		case unstable.KeyValue:
			take(table, n)
		default:
		}
	}
	return line, err
}

// takeSetting takes a key or a table of the file.
func (p *parser) takeSetting(path []string, value any) error {
	name, rest := path[0], path[1:]
	_, isTable := value.(map[string]any)
	opt := p.byName[name]
	take := map[string]func([]string, any) error{"keys": p.takeKeys, "colors": p.takeColor}[name]
	switch {
	case take != nil && len(rest) > 0:
		return take(rest, value)
	case take != nil && isTable:
		return nil // its lines follow
	case take != nil:
		return errors.New(name + ": want a table: [" + name + "]")
	case opt == nil:
		return errors.New("unknown setting " + quote(name) + didYouMean(name, append(p.names, "keys", "colors")))
	case opt.flagOnly:
		return errors.New("--" + name + " is for the command line only, not a setting")
	case len(rest) > 0:
		return errors.New(name + ": want a value, not a table")
	}
	kind := map[string]struct{ types, what string }{
		toggle: {"bool", "true or false, without quotes"},
		number: {"int64 float64", "a number, without quotes"},
		size:   {"int64 string", `a size in quotes, such as "500MB"`},
		header: {"[]interface {}", `a list of texts: ["Name: value"]`},
	}[opt.arg]
	if !strings.Contains(cmp.Or(kind.types, "string"), fmt.Sprintf("%T", value)) {
		return errors.New(name + ": want " + cmp.Or(kind.what, "a text in quotes"))
	}
	if list, ok := value.([]any); ok {
		for _, item := range list {
			if err := addHeader(p.options.Headers, name, fmt.Sprint(item)); err != nil {
				return err
			}
		}
		return nil
	}
	text := fmt.Sprint(value)
	switch isPath := opt.arg == file || opt.arg == folder; {
	case text == "":
		return nil // as if it were not there
	case isPath && strings.ContainsFunc(text, unicode.IsControl): // escapes that were not meant as such
		return wrong(name+" =", text, want("a path without tabs and line ends"+singleQuotes, false))
	case isPath && text[0] != '~' && !filepath.IsAbs(text):
		return wrong(name+" =", text, want("a whole path, wherever jobwatch is started; did you mean "+quote("~/"+text)+"?", false))
	}
	return opt.take(name+" =", text)
}

// configText returns the config file with all defaults, each commented out.
func (p *parser) configText() string {
	var b strings.Builder
	b.WriteString("# " + wrap("jobwatch reads this from "+p.shown(p.in.ConfigPath)+". Each line below is a default, or an example "+
		"if it has none: remove the # from what you change. Flags and JOBWATCH_... override the file. "+
		`Paths are whole, or begin with ~/ for the home folder; write those with \ in single quotes.`, helpWidth-2, "# ") + "\n")
	for _, opt := range p.table {
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
		if opt.arg != toggle && opt.arg != number && opt.arg != header {
			value = strconv.Quote(value)
		}
		b.WriteString("# " + opt.setting + " = " + value + "\n")
	}
	b.WriteString(`
# Keys: one, or several in brackets. A key given here is taken from the action
# that has it by default.
[keys]
`)
	for _, k := range p.in.Keys {
		quoted := named(k.Keys, func(key string) string { return strconv.Quote(strings.ReplaceAll(key, " ", "space")) })
		keys := strings.Join(quoted, ", ")
		if len(quoted) != 1 {
			keys = "[" + keys + "]"
		}
		b.WriteString("# " + k.Name + " = " + keys + "  # " + k.About + "\n")
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
