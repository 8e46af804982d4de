package config

import (
	"cmp"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/lucasb-eyer/go-colorful"

	"example.com/jobwatch/ui/style"
)

// takeKeys takes one line of [keys]: an action and the key or keys for it.
func (p *parser) takeKeys(path []string, value any) error {
	renamed := map[string]string{ // the names that config files may still have
		"forget": "remove", "forget-finished": "remove-finished", "poll": "check", "poll-all": "check-all", "view": "layout",
	}
	written, action := path[0], cmp.Or(renamed[path[0]], path[0])
	all := append(slices.Sorted(maps.Keys(renamed)), named(p.in.Keys, func(k Key) string { return k.Name })...)
	if !slices.Contains(all, written) {
		return errors.New("keys: unknown action " + quote(written) + didYouMean(written, all))
	}
	where := "keys." + written
	if other := cmp.Or(p.byAction[action], written); other != written {
		return errors.New(where + ": another name of " + other + ", which is given already")
	}
	p.byAction[action] = written
	words, ok := value.([]any)
	if !ok {
		words = []any{value}
	}
	keys := []string{} // none at all is a choice, too
	for _, word := range words {
		word, ok := word.(string)
		if !ok || len(path) > 1 {
			return errors.New(where + `: want a key such as "x", or several: ["x", "ctrl+x"]`)
		}
		key, err := parseKey(word)
		if err != nil {
			return wrong(where+" =", word, err)
		}
		if other := cmp.Or(p.byKey[key], written); other != written {
			return errors.New(where + ": " + quote(word) + " is given to " + other + " already")
		}
		p.byKey[key] = written
		keys = append(keys, key)
	}
	p.options.Keys[action] = keys
	return nil
}

// parseKey reads a key as people write it, and returns Bubble Tea's name for it.
func parseKey(s string) (string, error) {
	parts := regexp.MustCompile(`(?is)^((?:ctrl\+|alt\+|shift\+)*)(.*)$`).FindStringSubmatch(s)
	mods, name := strings.ToLower(parts[1]), parts[2]
	shift, ctrl, alt := strings.Contains(mods, "shift"), strings.Contains(mods, "ctrl"), strings.Contains(mods, "alt")
	if utf8.RuneCountInString(name) > 1 {
		name = strings.ToLower(name)
		name = cmp.Or(map[string]string{
			"return": "enter", "escape": "esc", "del": "delete", "ins": "insert", "space": " ",
			"pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
		}[name], name)
	}
	key, single, named := name, utf8.RuneCountInString(name) == 1, namedKeys()
	switch upper := strings.ToUpper(name); {
	case shift && single && !ctrl && upper != name:
		key = upper
	case shift:
		key = "shift+" + name
	}
	if ctrl {
		key = "ctrl+" + strings.ToLower(key)
	}
	sent := slices.Contains(named, key) || utf8.RuneCountInString(key) == 1
	switch same := map[string]string{"ctrl+i": "tab", "ctrl+m": "enter"}[key]; {
	case single && !unicode.IsPrint([]rune(name)[0]), !single && !slices.Contains(named, name):
		return "", errors.New("unknown key" + didYouMean(name, append(named, "space")))
	case key == "ctrl+c" && !alt:
		return "", errors.New("ctrl+c always quits")
	case same != "":
		return "", errors.New("terminals don't tell this from " + same)
	case !sent && single:
		return "", errors.New("terminals don't send this key")
	case !sent:
		return "", errors.New("terminals don't tell this from " + name)
	case alt:
		return "alt+" + key, nil
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

// takeColor takes one line of [colors]: a colour, or one for light or dark backgrounds.
func (p *parser) takeColor(path []string, value any) error {
	name, background := path[0], strings.Join(path[1:], ".")
	all := named(style.Names(), func(n style.Name) string { return n.Name })
	if !slices.Contains(all, name) {
		return errors.New("colors: unknown role " + quote(name) + didYouMean(name, all))
	}
	if _, isTable := value.(map[string]any); isTable && background == "" {
		return nil // its lines follow
	}
	where := "colors." + strings.Join(path, ".")
	written, ok := value.(string)
	if !ok {
		return errors.New(where + `: want a colour in quotes, or { light = "...", dark = "..." }`)
	}
	color, err := parseColor(written)
	if err != nil {
		return wrong(where+" =", written, err)
	}
	pair := p.options.Colors[name] // the other background's may be set
	switch background {
	case "":
		pair.Light, pair.Dark = color, color
	case "light":
		pair.Light = color
	case "dark":
		pair.Dark = color
	default:
		return errors.New(where + ": want light or dark" + didYouMean(background, []string{"light", "dark"}))
	}
	p.options.Colors[name] = pair
	return nil
}

// parseColor reads #rgb, #rrggbb, a number of the terminal's palette, the name of one of
// its first 16 colours, or "default".
func parseColor(s string) (string, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	if c, err := colorful.Hex(word); err == nil {
		return c.Hex(), nil
	}
	if n, err := strconv.ParseUint(word, 10, 8); err == nil {
		return strconv.FormatUint(n, 10), nil
	}
	names := []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", style.Default}
	base, bright := strings.CutPrefix(word, "bright-")
	n := slices.Index(names[:8], base)
	switch {
	case word == style.Default:
		return word, nil
	case bright:
		n += 8
	}
	return strconv.Itoa(n), want("a colour: #rrggbb, 0 to 255, or "+list(names)+didYouMean(base, names), slices.Contains(names[:8], base))
}
