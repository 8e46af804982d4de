package style

import (
	"maps"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// Palette is a complete set of colours by [Names]; what it leaves out is the terminal's own.
type Palette map[string]Colour

// Colour is one colour, on a dark background and on a light one, for each kind of terminal.
// An empty one is the terminal's own.
type Colour struct {
	Dark, Light       string // #rrggbb, or a number of the terminal's palette, "0" to "255"
	Dark256, Light256 string // for 256 colours; if empty, the nearest
	Basic             string // for 16 colours, on both
}

// Name is how users know a colour.
type Name struct{ Name, About string }

// Names returns the names of all colours, those of the roles and of the grounds but Plain.
func Names() []Name {
	return []Name{
		{"text", "descriptions and figures"},
		{"strong", "headings"},
		{"accent", "running jobs, keys, cursor"},
		{"ok", "Done"},
		{"warn", "stale, stalled, API trouble"},
		{"error", "Error, rejected, given up"},
		{"dim", "old values, labels"},
		{"past", "bars of Done jobs"},
		{"selection", "behind the current row"},
		{"track", "the empty part of a bar"},
		{"selected-track", "the same, selected"},
	}
}

func (p Palette) role(r Role) Colour { return p[Names()[r].Name] }

func (p Palette) ground(g Ground) Colour {
	if g == Plain {
		return Colour{}
	}
	return p.role(roles + Role(g-1))
}

// Default means the terminal's own colour in [Palette.With].
const Default = "default"

// With returns p with the named colour's Dark and Light replaced, unless those of by are empty.
func (p Palette) With(name string, by Colour) Palette {
	p = maps.Clone(p)
	c := p[name]
	if by.Dark != "" {
		c.Dark, c.Dark256 = strings.TrimPrefix(by.Dark, Default), ""
	}
	if by.Light != "" {
		c.Light, c.Light256 = strings.TrimPrefix(by.Light, Default), ""
	}
	p[name] = c
	return p
}

// pick returns the colour for a terminal and its background. A terminal of 16 colours has a
// palette that suits its background: only one of those 16 replaces the theme's.
func (c Colour) pick(profile termenv.Profile, dark bool) string {
	colour, of256 := c.Light, c.Light256
	if dark {
		colour, of256 = c.Dark, c.Dark256
	}
	n, err := strconv.Atoi(colour)
	switch {
	case profile == termenv.ANSI && (err != nil || n >= 16):
		return c.Basic
	case profile == termenv.ANSI256 && of256 != "":
		return of256
	case profile == termenv.ANSI256:
		if rgb, err := colorful.Hex(colour); err == nil {
			return strconv.Itoa(int(ansi.Convert256(rgb))) // termenv turns a dark red into black
		}
	}
	return colour
}

// Named is a built-in theme.
type Named struct {
	Name, About string
	Palette     Palette
}

// Calm returns the default theme's palette.
func Calm() Palette { return Themes()[0].Palette }

// Themes returns the built-in themes, the default first. All text keeps a contrast of 4.5:1
// (WCAG 2.2, 1.4.3), and status colours differ clearly from one another, as tests verify.
func Themes() []Named {
	return []Named{
		{"calm", "one blue accent, muted status colours", Palette{
			"accent":         {"#7aa2f7", "#1f55b5", "111", "25", "6"},
			"ok":             {"#9ece6a", "#2f6b1a", "149", "22", "2"},
			"warn":           {"#e0af68", "#7d5200", "179", "94", "3"},
			"error":          {"#ff8095", "#b0203a", "210", "88", "1"},
			"dim":            {"#969cb8", "#5c6172", "146", "241", "8"},
			"past":           {"#4a6640", "#b3cfa8", "65", "151", "2"},
			"selection":      {"#2b3048", "#dce5f8", "236", "255", ""},
			"track":          {"#34384c", "#d5d9e2", "237", "253", ""},
			"selected-track": {"#434961", "#c3cde2", "60", "252", ""},
		}},
		{"warm", "earthen, with little blue", Palette{
			"accent":         {"#f0a06a", "#8f4a00", "216", "94", "6"},
			"ok":             {"#a9c26a", "#2f6b1a", "150", "22", "2"},
			"warn":           {"#f2d478", "#6e6000", "222", "58", "3"},
			"error":          {"#ff7f8f", "#b0103c", "210", "125", "1"},
			"dim":            {"#aca294", "#675e54", "248", "59", "8"},
			"past":           {"#55613a", "#cbd3a4", "101", "187", "2"},
			"selection":      {"#382e26", "#f4e6d6", "235", "255", ""},
			"track":          {"#423930", "#e4dace", "237", "253", ""},
			"selected-track": {"#544a3f", "#dccdb9", "239", "187", ""},
		}},
		{"contrast", "at least 7:1 for every text", Palette{ // WCAG 2.2, 1.4.6; 6:1 for 256 colours, whose greens are light
			"text":           {"#ffffff", "#000000", "231", "16", ""},
			"strong":         {"#ffffff", "#000000", "231", "16", ""},
			"accent":         {"#86d3ff", "#003c8f", "117", "17", "6"},
			"ok":             {"#7cf07c", "#0b4a00", "120", "22", "2"},
			"warn":           {"#ffe14d", "#5a3a00", "221", "52", "3"},
			"error":          {"#ffb3b3", "#8b0010", "217", "88", "1"},
			"dim":            {"#c9ccd8", "#3d414c", "252", "238", ""}, // bright black is hard to read in most palettes
			"past":           {"#3f8f3f", "#5fa35f", "71", "71", "2"},
			"selection":      {"#10355c", "#cfe2ff", "236", "254", ""},
			"track":          {"#4a4d5c", "#b8bdc9", "239", "250", ""},
			"selected-track": {"#3f6a99", "#9ab8e6", "24", "110", ""},
		}},
		{"colorblind", "no status relies on red against green", Palette{ // blue against yellow, and lightness
			"accent":         {"#70a2fa", "#0052c3", "111", "26", "6"},
			"ok":             {"#c8f5e0", "#1a7252", "194", "23", "12"},
			"warn":           {"#f7d33c", "#7c6201", "221", "94", "3"},
			"error":          {"#f5893d", "#6b2400", "209", "52", "1"},
			"dim":            {"#999cb2", "#5e637f", "247", "60", "8"},
			"past":           {"#5f7a70", "#aecdc0", "66", "152", "4"},
			"selection":      {"#2b3048", "#dce5f8", "236", "255", ""},
			"track":          {"#34384c", "#d5d9e2", "237", "253", ""},
			"selected-track": {"#434961", "#c3cde2", "60", "252", ""},
		}},
	}
}
