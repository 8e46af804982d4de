package config

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/style"
)

// renamed are the names of actions that config files may still have, and today's.
func renamed() map[string]string {
	return map[string]string{
		"forget": "remove", "forget-finished": "remove-finished", "poll": "check", "poll-all": "check-all", "view": "layout",
	}
}

// takeKeys takes one line of [keys]: an action and the key or keys for it. In bound are the
// actions, by their names in the file, that have been given a key.
func (p *parser) takeKeys(path []string, value any, bound map[string]string) error {
	written, action := path[0], cmp.Or(renamed()[path[0]], path[0])
	if !slices.ContainsFunc(p.in.Keys, func(k Key) bool { return k.Name == action }) {
		all := slices.Sorted(maps.Keys(renamed()))
		for _, k := range p.in.Keys {
			all = append(all, k.Name)
		}
		return wrong("keys: unknown action " + quote(written) + didYouMean(written, all))
	}
	words, ok := value.([]any)
	if !ok {
		words = []any{value}
	}
	keys := []string{} // none at all is a choice, too
	for _, word := range words {
		word, ok := word.(string)
		if !ok || len(path) > 1 {
			return wrong("keys." + written + `: want a key such as "x", or several: ["x", "ctrl+x"]`)
		}
		key, err := parseKey(word)
		if err != nil {
			return wrong("keys." + written + " = " + quote(word) + ": " + err.Error())
		}
		if other, taken := bound[key]; taken && other != written {
			return wrong("keys." + written + ": " + quote(word) + " is given to " + other + " already")
		}
		bound[key] = written
		keys = append(keys, key)
	}
	if p.options.Keys == nil {
		p.options.Keys = make(map[string][]string)
	}
	p.options.Keys[action] = keys
	return nil
}

// bindOthers completes the bindings: an action that is not in the file keeps its default
// keys, except those that the file gives to another action.
func (p *parser) bindOthers(bound map[string]string) {
	if p.options.Keys == nil {
		return
	}
	for _, k := range p.in.Keys {
		if _, set := p.options.Keys[k.Name]; !set {
			p.options.Keys[k.Name] = slices.DeleteFunc(slices.Clone(k.Keys), func(key string) bool {
				_, taken := bound[key]
				return taken
			})
		}
	}
}

// parseKey reads a key as people write it, and returns Bubble Tea's name for it.
func parseKey(s string) (string, error) {
	name, mods := s, map[string]bool{}
	for {
		mod, rest, found := strings.Cut(name, "+")
		if !found || mod == "" || rest == "" { // "+" itself is a key
			break
		}
		mod = strings.ToLower(mod)
		if all := []string{"ctrl", "alt", "shift"}; !slices.Contains(all, mod) {
			return "", wrong("unknown key; modifiers are ctrl, alt and shift" + didYouMean(mod, all))
		}
		mods[mod], name = true, rest
	}
	if utf8.RuneCountInString(name) > 1 {
		name = strings.ToLower(name)
		if same, ok := map[string]string{
			"return": "enter", "escape": "esc", "del": "delete", "ins": "insert", "space": " ",
			"pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
		}[name]; ok {
			name = same
		}
	}
	key, single := name, utf8.RuneCountInString(name) == 1
	if mods["shift"] {
		if key = strings.ToUpper(name); !single || key == name || mods["ctrl"] {
			key = "shift+" + name
		}
	}
	if mods["ctrl"] {
		key = "ctrl+" + strings.ToLower(key)
	}
	named := namedKeys()
	if r, _ := utf8.DecodeRuneInString(name); single && !unicode.IsPrint(r) || !single && !slices.Contains(named, name) {
		return "", wrong("unknown key" + didYouMean(name, append(named, "space")))
	}
	switch same := map[string]string{"ctrl+i": "tab", "ctrl+m": "enter"}[key]; {
	case key == "ctrl+c" && !mods["alt"]:
		return "", wrong("ctrl+c always quits")
	case same != "":
		return "", wrong("terminals don't tell this from " + same)
	case single && utf8.RuneCountInString(key) == 1, slices.Contains(named, key):
	case single:
		return "", wrong("terminals don't send this key")
	default:
		return "", wrong("terminals don't tell this from " + name)
	}
	if mods["alt"] {
		key = "alt+" + key
	}
	return key, nil
}

// namedKeys returns Bubble Tea's names for the keys that are not letters or signs, some of
// them with modifiers.
func namedKeys() []string {
	var names []string
	for t := tea.KeyF20; t < unicode.MaxASCII+1; t++ {
		if name := t.String(); utf8.RuneCountInString(name) > 1 && t != tea.KeyRunes {
			names = append(names, name)
		}
	}
	return names
}

// knownColor reports a name that is no colour's.
func (p *parser) knownColor(name string) error {
	var all []string
	for _, c := range style.Themes()[0].Palette.Named() {
		if c.Name == name {
			return nil
		}
		all = append(all, c.Name)
	}
	return wrong("colors: unknown role " + quote(name) + didYouMean(name, all))
}

// takeColor takes one line of [colors]: a colour, or one for light or dark backgrounds.
func (p *parser) takeColor(path []string, value any) error {
	if err := p.knownColor(path[0]); err != nil {
		return err
	}
	where := "colors." + strings.Join(path, ".")
	written, ok := value.(string)
	if !ok {
		return wrong(where + `: want a colour in quotes, or { light = "...", dark = "..." }`)
	}
	color, err := parseColor(written)
	if err != nil {
		return wrong(where + " = " + quote(written) + ": " + err.Error())
	}
	pair := p.options.Colors[path[0]] // the other background's may be set
	switch background := strings.Join(path[1:], "."); background {
	case "":
		pair = style.Pair{Light: color, Dark: color}
	case "light":
		pair.Light = color
	case "dark":
		pair.Dark = color
	default:
		return wrong(where + ": want light or dark" + didYouMean(background, []string{"light", "dark"}))
	}
	if p.options.Colors == nil {
		p.options.Colors = make(map[string]style.Pair)
	}
	p.options.Colors[path[0]] = pair
	return nil
}

// parseColor reads #rgb, #rrggbb, a number of the terminal's palette, the name of one of
// its first 16 colours, or "default".
func parseColor(s string) (string, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	if hex, ok := strings.CutPrefix(word, "#"); ok && strings.Trim(hex, "0123456789abcdef") == "" {
		switch len(hex) {
		case 3:
			return "#" + strings.Repeat(hex[0:1], 2) + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2), nil
		case 6:
			return word, nil
		}
	}
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	names := []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", style.Default}
	base, bright := strings.CutPrefix(word, "bright-")
	switch n := slices.Index(names[:8], base); {
	case word == style.Default:
		return word, nil
	case n >= 0 && bright:
		return strconv.Itoa(n + 8), nil
	case n >= 0:
		return strconv.Itoa(n), nil
	}
	return "", wrong("want a colour: #rrggbb, 0 to 255, or " + list(names) + didYouMean(base, names))
}
