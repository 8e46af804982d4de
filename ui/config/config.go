package config

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// readConfig takes the config file's values. Every complaint names file and line.
func readConfig(in *Input, table []option, d *draft) error {
	if in.ConfigPath == "" || in.ReadFile == nil {
		return nil
	}
	data, err := in.ReadFile(in.ConfigPath)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) { // or its folder is none, such as /dev/null
		return nil
	}
	if err != nil {
		return usageError("the config file can't be read: " + err.Error())
	}
	c := config{in: in, table: table, draft: d}
	line, err := c.read(bytes.TrimPrefix(data, []byte("\ufeff")))
	if err != nil {
		return usageError(in.ConfigPath + ":" + strconv.Itoa(line) + ": " + err.Error())
	}
	return nil
}

// config reads one config file into the draft.
type config struct {
	in    *Input
	table []option
	draft *draft
	bound map[string]string // the action that the file gives a key to
}

// read returns the line that its error is about.
func (c *config) read(data []byte) (line int, err error) {
	var doc map[string]any
	if err := toml.Unmarshal(data, &doc); err != nil {
		if de := (*toml.DecodeError)(nil); errors.As(err, &de) {
			line, _ = de.Position()
			return max(line, 1), errors.New(strings.TrimPrefix(de.Error(), "toml: "))
		}
		return 1, errors.New(strings.TrimPrefix(err.Error(), "toml: "))
	}
	for _, s := range settingsOf(data) {
		if err := c.take(s.path, lookUp(doc, s.path)); err != nil {
			return s.line, err
		}
	}
	c.bindKeys()
	return 0, nil
}

func (c *config) take(path []string, value any) error {
	name := path[0]
	switch {
	case name == "keys" && len(c.in.Keys) > 0:
		return c.takeKey(path[1:], value)
	case name == "colors" && len(c.in.Roles) > 0:
		return c.takeColor(path[1:], value)
	}
	opt := find(c.table, name)
	switch {
	case opt == nil:
		return wrong("unknown setting " + quote(name) + didYouMean(name, c.names()))
	case !opt.setting:
		return wrong("--" + name + " is for the command line only, not a setting")
	case len(path) > 1:
		return wrong(name + ": want a value, not a table")
	}
	text, err := opt.fromTOML(value)
	if err != nil {
		return wrong(name + ": " + err.Error())
	}
	if text == "" {
		return nil // as good as not there
	}
	if opt.kind == file || opt.kind == folder {
		text = c.in.expandHome(text)
	}
	if err := opt.take(c.draft, text); err != nil {
		return wrong(name + " = " + quote(text) + ": " + err.Error())
	}
	return nil
}

// names are all that may stand at the top of the file.
func (c *config) names() []string {
	out := names(c.table, func(opt option) bool { return opt.setting })
	if len(c.in.Keys) > 0 {
		out = append(out, "keys")
	}
	if len(c.in.Roles) > 0 {
		out = append(out, "colors")
	}
	return out
}

// fromTOML returns a value as it would stand on the command line, if it is of the
// option's kind.
func (opt *option) fromTOML(value any) (string, error) {
	switch v := value.(type) {
	case bool:
		if opt.kind == toggle {
			return strconv.FormatBool(v), nil
		}
	case int64:
		if opt.kind == number || opt.kind == size {
			return strconv.FormatInt(v, 10), nil
		}
	case float64:
		if opt.kind == number {
			return strconv.FormatFloat(v, 'g', -1, 64), nil
		}
	case string:
		if opt.kind != toggle && opt.kind != number {
			return v, nil
		}
	}
	switch opt.kind {
	case toggle:
		return "", wrong("want true or false, without quotes")
	case number:
		return "", wrong("want a number, without quotes")
	case size:
		return "", wrong(`want a size in quotes, such as "500MB"`)
	default:
		return "", wrong("want a text in quotes")
	}
}

// expandHome does for a path in the file what a shell does on the command line.
func (in *Input) expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return path
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := in.Env(name); home != "" {
			return home + rest
		}
	}
	return path
}

// setting is where in the file a value is set.
type setting struct {
	path []string
	line int
}

// settingsOf returns all that a valid file sets, in its order. Unmarshalling to a map
// loses the lines, hence the second look at the syntax.
func settingsOf(data []byte) []setting {
	var (
		out   []setting
		table []string
		p     unstable.Parser
	)
	p.Reset(data)
	keyOf := func(n *unstable.Node) (path []string, line int) {
		for it := n.Key(); it.Next(); {
			if line == 0 {
				line = p.Shape(it.Node().Raw).Start.Line
			}
			path = append(path, string(it.Node().Data))
		}
		return path, line
	}
	var add func(prefix []string, n *unstable.Node)
	add = func(prefix []string, n *unstable.Node) {
		key, line := keyOf(n)
		path := slices.Concat(prefix, key)
		out = append(out, setting{path, line})
		if n.Value().Kind != unstable.InlineTable {
			return
		}
		for it := n.Value().Children(); it.Next(); {
			add(path, it.Node())
		}
	}
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.Table, unstable.ArrayTable:
			var line int
			table, line = keyOf(n)
			// A table is known or not even when nothing stands in it.
			out = append(out, setting{table, line})
		case unstable.KeyValue:
			add(table, n)
		default:
		}
	}
	return out
}

// lookUp returns what stands at path in a decoded file, nil for what is not there.
func lookUp(doc map[string]any, path []string) any {
	var at any = doc
	for _, name := range path {
		table, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = table[name]
	}
	return at
}
