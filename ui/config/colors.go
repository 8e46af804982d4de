package config

import (
	"slices"
	"strconv"
	"strings"
)

// takeColor reads a line of [colors]: a role and its colour, or its colours on light
// and on dark backgrounds.
func (c *config) takeColor(path []string, value any) error {
	if len(path) == 0 {
		if _, ok := value.(map[string]any); !ok {
			return wrong("colors: want a table: [colors]")
		}
		return nil
	}
	role := path[0]
	if !slices.ContainsFunc(c.in.Roles, func(r Role) bool { return r.Name == role }) {
		var all []string
		for _, r := range c.in.Roles {
			all = append(all, r.Name)
		}
		return wrong("colors: unknown role " + quote(role) + didYouMean(role, all))
	}
	where := "colors." + strings.Join(path, ".")
	if _, table := value.(map[string]any); table && len(path) == 1 {
		return nil // [colors.accent]: its lines follow
	}
	written, ok := value.(string)
	if !ok {
		return wrong(where + `: want a colour in quotes, or { light = "...", dark = "..." }`)
	}
	color, err := parseColor(written)
	if err != nil {
		return wrong(where + " = " + quote(written) + ": " + err.Error())
	}
	if c.draft.Colors == nil {
		c.draft.Colors = make(map[string]Color)
	}
	pair := c.draft.Colors[role] // one of two may be left as it is
	switch {
	case len(path) == 1:
		pair = Color{Light: color, Dark: color}
	case len(path) == 2 && path[1] == "light":
		pair.Light = color
	case len(path) == 2 && path[1] == "dark":
		pair.Dark = color
	default:
		return wrong(where + ": want light or dark" + didYouMean(path[1], []string{"light", "dark"}))
	}
	c.draft.Colors[role] = pair
	return nil
}

// ownColor is the terminal's own.
const ownColor = "default"

// parseColor reads #rgb, #rrggbb, a number of the terminal's palette, the name of one
// of its first 16, or "default".
func parseColor(s string) (string, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	if word == ownColor {
		return word, nil
	}
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
	base, bright := strings.CutPrefix(word, "bright-")
	if n := slices.Index(ansiNames(), base); n >= 0 {
		if bright {
			n += len(ansiNames())
		}
		return strconv.Itoa(n), nil
	}
	return "", wrong("want a colour: #rrggbb, 0 to 255, or " + list(append(ansiNames(), ownColor)) +
		didYouMean(base, append(ansiNames(), ownColor)))
}

func ansiNames() []string {
	return []string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
}
