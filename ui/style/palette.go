package style

import (
	"strconv"

	"github.com/muesli/termenv"
)

// Pair is one colour for a dark background and one for a light one: #rrggbb, or a
// number of the terminal's palette, "0" to "255". An empty colour is the terminal's
// own.
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
	Basic   [roles]string // on a terminal of 16 colours: the SGR parameter, "" for none
}

// basic is a role's SGR parameter on a terminal of 16 colours. Its own palette suits
// its background, so only what the user chose out of these 16 goes before the theme's.
func (p *Palette) basic(r Role, dark bool) string {
	n, err := strconv.Atoi(p.Colours[r].pick(dark))
	if err != nil || n < 0 || n >= 16 {
		return p.Basic[r]
	}
	return termenv.ANSIColor(n).Sequence(false)
}

// Default is the terminal's own colour, as [Palette.With] is told of it.
const Default = "default"

// Colour is one of a palette's colours, by the name that users know it by.
type Colour struct {
	Name  string
	About string
	Pair
}

// Named returns all of p's colours.
func (p Palette) Named() []Colour {
	var out []Colour
	for _, n := range p.named() {
		out = append(out, Colour{n.name, n.about, *n.pair})
	}
	return out
}

// With is p with the colours of that name replaced: those of c that are not empty.
func (p Palette) With(name string, c Pair) Palette {
	for _, n := range p.named() {
		if n.name == name {
			n.pair.Dark, n.pair.Light = replaced(n.pair.Dark, c.Dark), replaced(n.pair.Light, c.Light)
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

// named is a colour that users may set, and where it is.
type named struct {
	name, about string
	pair        *Pair
}

func (p *Palette) named() []named {
	return []named{
		{"text", "descriptions and figures", &p.Colours[Text]},
		{"strong", "headings", &p.Colours[Strong]},
		{"accent", "what is running, keys, the cursor", &p.Colours[Accent]},
		{"ok", "Done", &p.Colours[OK]},
		{"warn", "stale, stalled, easing off", &p.Colours[Warn]},
		{"error", "Error, rejected, given up", &p.Colours[Error]},
		{"dim", "what is old, labels", &p.Colours[Dim]},
		{"past", "bars of Done jobs", &p.Colours[Past]},
		{"selection", "behind the current row", &p.Grounds[Selected]},
		{"track", "the empty part of a bar", &p.Grounds[Track]},
		{"selected-track", "the same in the current row", &p.Grounds[SelectedTrack]},
	}
}
