package config

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// takeKey reads one line of [keys]: an action and the key or keys for it.
func (c *config) takeKey(path []string, value any) error {
	if len(path) == 0 {
		if _, ok := value.(map[string]any); !ok {
			return wrong("keys: want a table: [keys]")
		}
		return nil
	}
	name := path[0]
	i := slices.IndexFunc(c.in.Keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		var all []string
		for _, k := range c.in.Keys {
			all = append(all, k.Name)
		}
		return wrong("keys: unknown action " + quote(name) + didYouMean(name, all))
	}
	words, ok := textsOf(value)
	if !ok || len(path) > 1 {
		return wrong("keys." + name + `: want a key such as "x", or several: ["x", "ctrl+x"]`)
	}
	if c.draft.Keys == nil {
		c.draft.Keys = make(map[string][]string)
		c.bound = make(map[string]string)
	}
	keys := []string{} // none at all is a choice, too
	for _, word := range words {
		key, err := parseKey(word)
		if err != nil {
			return wrong("keys." + name + " = " + quote(word) + ": " + err.Error())
		}
		if other, taken := c.bound[key]; taken && other != name {
			return wrong("keys." + name + ": " + quote(word) + " is given to " + other + " already")
		}
		c.bound[key] = name
		keys = append(keys, key)
	}
	c.draft.Keys[name] = keys
	return nil
}

// bindKeys completes the bindings: an action that the file doesn't speak of keeps its
// default keys but those that the file gives to another.
func (c *config) bindKeys() {
	if c.draft.Keys == nil {
		return
	}
	for _, k := range c.in.Keys {
		if _, set := c.draft.Keys[k.Name]; set {
			continue
		}
		c.draft.Keys[k.Name] = slices.DeleteFunc(slices.Clone(k.Keys), func(key string) bool {
			_, taken := c.bound[key]
			return taken
		})
	}
}

func textsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []any:
		out := make([]string, 0, len(v))
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

// parseKey reads a key as people write it and returns it as Bubble Tea names it.
func parseKey(s string) (string, error) {
	var given []string
	name := s
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || mod == "" || rest == "" { // "+" itself is a key
			break
		}
		mod = strings.ToLower(mod)
		if !slices.Contains([]string{"ctrl", "alt", "shift"}, mod) {
			return "", wrong("unknown key; modifiers are ctrl, alt and shift" +
				didYouMean(mod, []string{"ctrl", "alt", "shift"}))
		}
		given = append(given, mod+"+")
		name = rest
	}
	mods := strings.Join(given, "")
	if utf8.RuneCountInString(name) == 1 {
		return oneRune(mods, name)
	}
	name = strings.ToLower(name)
	if same, ok := map[string]string{
		"return": "enter", "escape": "esc", "del": "delete", "ins": "insert",
		"pageup": "pgup", "pagedown": "pgdown", "pgdn": "pgdown",
	}[name]; ok {
		name = same
	}
	if name == "space" {
		return oneRune(mods, " ")
	}
	if !slices.Contains(namedKeys(), name) {
		return "", wrong("unknown key" + didYouMean(name, append(namedKeys(), "space")))
	}
	if modified := strings.HasSuffix(mods, "ctrl+") || strings.HasSuffix(mods, "shift+"); modified && !movesOrTab(mods, name) {
		return "", wrong("terminals don't tell this from " + name)
	}
	return mods + name, nil
}

// oneRune is the key of a letter or sign.
func oneRune(mods, name string) (string, error) {
	r, _ := utf8.DecodeRuneInString(name)
	if !unicode.IsPrint(r) {
		return "", wrong("unknown key")
	}
	switch mods {
	case "", "alt+":
		return mods + name, nil
	case "shift+", "alt+shift+", "shift+alt+":
		if up := unicode.ToUpper(r); up != r {
			return strings.Replace(mods, "shift+", "", 1) + string(up), nil
		}
	case "ctrl+", "alt+ctrl+", "ctrl+alt+":
		name = strings.ToLower(name)
		switch {
		case name == "c" && mods == "ctrl+":
			return "", wrong("ctrl+c always quits")
		case name == "i" || name == "m":
			return "", wrong("terminals don't tell this from " + map[string]string{"i": "tab", "m": "enter"}[name])
		case name >= "a" && name <= "z":
			return strings.Replace(mods, "ctrl+alt+", "alt+ctrl+", 1) + name, nil
		}
	}
	return "", wrong("terminals don't send this key")
}

// namedKeys are the keys that have a name, by Bubble Tea's.
func namedKeys() []string {
	keys := []string{
		"up", "down", "left", "right", "home", "end", "pgup", "pgdown",
		"tab", "enter", "esc", "backspace", "delete", "insert",
	}
	for i := range 20 {
		keys = append(keys, "f"+strconv.Itoa(i+1))
	}
	return keys
}

// movesOrTab reports whether terminals tell the key from the one without modifiers.
func movesOrTab(mods, name string) bool {
	if name == "tab" {
		return mods == "shift+"
	}
	return slices.Index(namedKeys(), name) < slices.Index(namedKeys(), "tab")
}
