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
	bound := make(map[string]string) // by key, the action that the file gives it to
	for _, s := range settings(data) {
		value := lookUp(doc, s.path)
		_, isTable := value.(map[string]any)
		switch section, rest := s.path[0], s.path[1:]; {
		case (section == "keys" || section == "colors") && len(rest) == 0:
			if !isTable {
				err = wrong(section + ": want a table: [" + section + "]")
			}
		case section == "keys":
			err = p.takeKeys(rest, value, bound)
		case section == "colors" && isTable && len(rest) == 1:
			err = p.knownColor(rest[0]) // [colors.accent]: its lines follow
		case section == "colors":
			err = p.takeColor(rest, value)
		default:
			err = p.takeSetting(section, rest, value)
		}
		if err != nil {
			return s.line, err
		}
	}
	p.bindOthers(bound)
	return 0, nil
}

func (p *parser) takeSetting(name string, rest []string, value any) error {
	opt := find(p.table, name)
	switch {
	case opt == nil:
		var all []string
		for _, opt := range p.table {
			if opt.setting {
				all = append(all, opt.name)
			}
		}
		return wrong("unknown setting " + quote(name) + didYouMean(name, append(all, "keys", "colors")))
	case !opt.setting:
		return wrong("--" + name + " is for the command line only, not a setting")
	case len(rest) > 0:
		return wrong(name + ": want a value, not a table")
	}
	text, err := opt.fromTOML(value)
	if err != nil {
		return wrong(name + ": " + err.Error())
	}
	if text == "" {
		return nil // as if it were not there
	}
	if opt.kind == file || opt.kind == folder {
		text = p.expandHome(text)
	}
	if err := opt.take(text); err != nil {
		return wrong(name + " = " + quote(text) + ": " + err.Error())
	}
	return nil
}

// fromTOML returns a value as the command line has it, if it is of the option's kind.
func (opt *option) fromTOML(value any) (string, error) {
	_, isText := value.(string)
	_, isInt := value.(int64)
	ok, want := isText, "want a text in quotes"
	switch opt.kind {
	case toggle:
		_, ok = value.(bool)
		want = "want true or false, without quotes"
	case number:
		_, isFloat := value.(float64)
		ok, want = isInt || isFloat, "want a number, without quotes"
	case size:
		ok, want = isInt || isText, `want a size in quotes, such as "500MB"`
	default:
	}
	if !ok {
		return "", wrong(want)
	}
	return fmt.Sprint(value), nil
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
func settings(data []byte) []setting {
	var (
		out   []setting
		table []string
		p     unstable.Parser
		add   func(prefix []string, n *unstable.Node) []string
	)
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

// lookUp returns the value at path in a decoded file, or nil.
func lookUp(doc map[string]any, path []string) any {
	var at any = doc
	for _, name := range path {
		table, _ := at.(map[string]any)
		at = table[name]
	}
	return at
}

// configText returns the config file with all defaults, each commented out.
func configText(in *Input) string {
	var b strings.Builder
	b.WriteString("# jobwatch reads this from $XDG_CONFIG_HOME/jobwatch/config.toml (~/.config if\n" +
		"# that is not set). Each line below is a default, or an example if it has none:\n" +
		"# remove the # from what you change. Flags and JOBWATCH_... override the file.\n")
	for _, opt := range options(in, &Options{}) {
		if !opt.setting {
			continue
		}
		b.WriteString("\n# " + wrap(sentence(opt.about()), helpWidth-2, "# ") + "\n")
		if opt.name == "theme" {
			for _, t := range style.Themes() {
				b.WriteString("#   " + t.Name + ": " + t.About + "\n")
			}
		}
		value := cmp.Or(opt.def, opt.example)
		switch opt.kind {
		case toggle:
			value = "false"
		case number:
		default:
			value = strconv.Quote(value)
		}
		b.WriteString("# " + opt.name + " = " + value + "\n")
	}
	b.WriteString("\n# Keys: one, or several in brackets. A key given here is taken from the action\n" +
		"# that has it by default.\n[keys]\n")
	for _, k := range in.Keys {
		b.WriteString("# " + k.Name + " = " + tomlKeys(k.Keys) + "  # " + k.About + "\n")
	}
	b.WriteString("\n# Colours, instead of the theme's: #rrggbb, 0 to 255 of the terminal's palette,\n" +
		"# black, red, green, yellow, blue, magenta, cyan, white (also as bright-red), or\n" +
		"# default for the terminal's own. One for all backgrounds, or one each. Their\n" +
		"# contrast is not checked. A terminal of 16 colours takes only those with names.\n[colors]\n")
	for _, c := range style.Themes()[0].Palette.Named() {
		light, dark := strconv.Quote(cmp.Or(c.Light, style.Default)), strconv.Quote(cmp.Or(c.Dark, style.Default))
		b.WriteString("# " + c.Name + " = { light = " + light + ", dark = " + dark + " }  # " + c.About + "\n")
	}
	return b.String()
}

// tomlKeys writes an action's keys; ctrl+c is left out, which always quits.
func tomlKeys(keys []string) string {
	var quoted []string
	for _, k := range keys {
		if k == " " {
			k = "space"
		}
		if k != "ctrl+c" {
			quoted = append(quoted, strconv.Quote(k))
		}
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
