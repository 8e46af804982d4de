package style

import (
	"math"
	"strconv"
	"strings"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// Pair is one colour for a dark background and one for a light one: #rrggbb, or a
// number of the terminal's palette, "0" to "255". An empty colour is the terminal's own.
type Pair struct{ Dark, Light string }

func (p Pair) pick(dark bool) string {
	if dark {
		return p.Dark
	}
	return p.Light
}

// Palette is a complete set of colours.
type Palette struct {
	Colours [roles]Pair
	Grounds [grounds]Pair
	Basic   [roles]string // numbers of the terminal's 16 colours, for one that has no more; "" for none
}

// foreground returns the colour of a role, "" for the terminal's own. A terminal of 16
// colours has a palette that suits its background, so only a colour that the user chose
// from those 16 replaces the theme's.
func (p *Palette) foreground(profile termenv.Profile, dark bool, r Role) string {
	colour := p.Colours[r].pick(dark)
	if n, err := strconv.Atoi(colour); profile == termenv.ANSI && (err != nil || n < 0 || n >= 16) {
		return p.Basic[r]
	}
	return colour
}

// Default means the terminal's own colour in [Palette.With].
const Default = "default"

// Colour is one of a palette's colours under the name that users know.
type Colour struct {
	Name  string
	About string
	*Pair
}

// Named returns all of p's colours.
func (p Palette) Named() []Colour { return p.named() }

func (p *Palette) named() []Colour {
	return []Colour{
		{"text", "descriptions and figures", &p.Colours[Text]},
		{"strong", "headings", &p.Colours[Strong]},
		{"accent", "running jobs, keys, cursor", &p.Colours[Accent]},
		{"ok", "Done", &p.Colours[OK]},
		{"warn", "stale, stalled, API trouble", &p.Colours[Warn]},
		{"error", "Error, rejected, given up", &p.Colours[Error]},
		{"dim", "old values, labels", &p.Colours[Dim]},
		{"past", "bars of Done jobs", &p.Colours[Past]},
		{"selection", "behind the current row", &p.Grounds[Selected]},
		{"track", "the empty part of a bar", &p.Grounds[Track]},
		{"selected-track", "the same, selected", &p.Grounds[SelectedTrack]},
	}
}

// With returns p with the named colour replaced; an empty half of c changes nothing.
func (p Palette) With(name string, c Pair) Palette {
	for _, n := range p.named() {
		if n.Name == name {
			*n.Pair = Pair{replaced(n.Dark, c.Dark), replaced(n.Light, c.Light)}
		}
	}
	return p
}

func replaced(old, by string) string {
	switch by {
	case "":
		return old
	case Default:
		return ""
	}
	return by
}

// Named is a built-in theme.
type Named struct {
	Name, About string
	Palette     Palette
}

// Calm returns the default theme's palette.
func Calm() Palette { return Themes()[0].Palette }

// Themes returns the built-in themes, the default first. In each, all text (every role but
// Past) keeps a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3) on usual backgrounds and on
// the selection, and status colours differ clearly from one another, as tests verify.
func Themes() []Named {
	basic := [roles]string{Accent: "6", OK: "2", Warn: "3", Error: "1", Dim: "8", Past: "2"}
	contrast, colorblind := basic, basic
	contrast[Dim] = "" // bright black is hard to read in most palettes
	colorblind[OK], colorblind[Past] = "12", "4"
	return []Named{
		{"calm", "one blue accent, muted status colours", Palette{
			Basic: basic,
			Colours: [roles]Pair{
				Accent: {"#7aa2f7", "#1f55b5"},
				OK:     {"#9ece6a", "#2f6b1a"},
				Warn:   {"#e0af68", "#7d5200"},
				Error:  {"#ff8095", "#b0203a"},
				Dim:    {"#969cb8", "#5c6172"},
				Past:   {"#4a6640", "#b3cfa8"},
			},
			Grounds: [grounds]Pair{
				Selected:      {"#2b3048", "#dce5f8"},
				Track:         {"#34384c", "#d5d9e2"},
				SelectedTrack: {"#434961", "#c3cde2"},
			},
		}},
		{"warm", "earthen, with little blue", Palette{
			Basic: basic,
			Colours: [roles]Pair{
				Accent: {"#f0a06a", "#8f4a00"},
				OK:     {"#a9c26a", "#2f6b1a"},
				Warn:   {"#f2d478", "#6e6000"},
				Error:  {"#ff7f8f", "#b0103c"},
				Dim:    {"#aca294", "#675e54"},
				Past:   {"#55613a", "#cbd3a4"},
			},
			Grounds: [grounds]Pair{
				Selected:      {"#382e26", "#f4e6d6"},
				Track:         {"#423930", "#e4dace"},
				SelectedTrack: {"#544a3f", "#dccdb9"},
			},
		}},
		{"contrast", "at least 7:1 for every text", Palette{ // WCAG 2.2, 1.4.6
			Basic: contrast,
			Colours: [roles]Pair{
				Text:   {"#ffffff", "#000000"},
				Strong: {"#ffffff", "#000000"},
				Accent: {"#86d3ff", "#003c8f"},
				OK:     {"#7cf07c", "#0b4a00"},
				Warn:   {"#ffe14d", "#5a3a00"},
				Error:  {"#ffb3b3", "#8b0010"},
				Dim:    {"#c9ccd8", "#3d414c"},
				Past:   {"#3f8f3f", "#5fa35f"},
			},
			Grounds: [grounds]Pair{
				Selected:      {"#10355c", "#cfe2ff"},
				Track:         {"#4a4d5c", "#b8bdc9"},
				SelectedTrack: {"#3f6a99", "#9ab8e6"},
			},
		}},
		{"colorblind", "no status relies on red against green", Palette{ // blue against yellow, and lightness
			Basic: colorblind,
			Colours: [roles]Pair{
				Accent: {"#70a2fa", "#0052c3"},
				OK:     {"#c8f5e0", "#1a7252"},
				Warn:   {"#f7d33c", "#7c6201"},
				Error:  {"#f5893d", "#6b2400"},
				Dim:    {"#999cb2", "#5e637f"},
				Past:   {"#5f7a70", "#aecdc0"},
			},
			Grounds: [grounds]Pair{
				Selected:      {"#2b3048", "#dce5f8"},
				Track:         {"#34384c", "#d5d9e2"},
				SelectedTrack: {"#434961", "#c3cde2"},
			},
		}},
	}
}

// backgrounds returns usual ones of terminals, among them the difficult: neither black
// nor white.
func backgrounds(dark bool) []string {
	if dark {
		return []string{"#000000", "#1e1e2e", "#282c34", "#2e3440"}
	}
	return []string{"#ffffff", "#f4f4f4", "#fdf6e3"}
}

// indexed returns p for a terminal of 256 colours: each colour becomes the nearest of
// those that keeps text at its level of contrast. (termenv's turns a dark red into black.)
func (p Palette) indexed(dark bool) Palette {
	grid := grid256()
	selected := p.Grounds[Selected].pick(dark)
	for ground := range grounds {
		p.Grounds[ground] = grid.nearest(p.Grounds[ground].pick(dark), func(s shade) bool {
			// The selection is behind text.
			return ground != Selected || dark == (s.luminance <= shadeOf(selected).luminance)
		})
	}
	before := append(backgrounds(dark), selected)
	after := append(backgrounds(dark), p.Grounds[Selected].pick(dark))
	for role := range roles {
		colour := p.Colours[role].pick(dark)
		level := levelOf(shadeOf(colour), before)
		p.Colours[role] = grid.nearest(colour, func(s shade) bool { return levelOf(s, after) >= level })
	}
	return p
}

// shade is a colour in the terms in which colours are compared.
type shade struct {
	lab       [3]float64 // CIELAB, scaled to 1
	luminance float64    // WCAG's, 0 to 1
}

// shadeOf returns the shade of #rrggbb or of a number of the palette.
func shadeOf(colour string) shade {
	c := rgb(colour)
	l, a, b := c.Lab()
	red, green, blue := c.LinearRgb()
	return shade{[3]float64{l, a, b}, 0.2126*red + 0.7152*green + 0.0722*blue}
}

// rgb returns a colour as terminals show it; black for the terminal's own.
func rgb(colour string) colorful.Color {
	if strings.HasPrefix(colour, "#") {
		c, _ := colorful.Hex(colour) // validated by the config
		return c
	}
	n, _ := strconv.Atoi(colour)
	return termenv.ConvertToRGB(termenv.ANSI256Color(n))
}

func (s shade) distance(t shade) float64 {
	return math.Hypot(math.Hypot(s.lab[0]-t.lab[0], s.lab[1]-t.lab[1]), s.lab[2]-t.lab[2])
}

// contrast returns WCAG 2.2's contrast ratio, 1 to 21.
func (s shade) contrast(t shade) float64 {
	return (max(s.luminance, t.luminance) + 0.05) / (min(s.luminance, t.luminance) + 0.05)
}

// levelOf returns the contrast level that a text keeps on all grounds: 6 (the 256 colours
// have no green of 7), 4.5 or 0 for none.
func levelOf(s shade, grounds []string) float64 {
	least := math.Inf(1)
	for _, ground := range grounds {
		least = min(least, s.contrast(shadeOf(ground)))
	}
	for _, level := range []float64{6, 4.5} {
		if least >= level {
			return level
		}
	}
	return 0
}

// grid holds the 240 colours of a 256-colour terminal that look the same everywhere.
type grid [240]shade

const firstOfGrid = 16

func grid256() *grid {
	var g grid
	for i := range g {
		g[i] = shadeOf(strconv.Itoa(firstOfGrid + i))
	}
	return &g
}

// nearest returns the nearest acceptable colour, for both backgrounds. A colour that is
// not #rrggbb stays as it is.
func (g *grid) nearest(colour string, acceptable func(shade) bool) Pair {
	if !strings.HasPrefix(colour, "#") {
		return Pair{colour, colour}
	}
	wanted := shadeOf(colour)
	best, least := 0, math.Inf(1)
	for i, s := range g {
		if d := s.distance(wanted); d < least && acceptable(s) {
			best, least = i, d
		}
	}
	n := strconv.Itoa(firstOfGrid + best)
	return Pair{n, n}
}
