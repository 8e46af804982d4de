package style

import (
	"math"
	"strconv"
	"strings"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// backgrounds are usual ones of terminals, among them the difficult: neither black
// nor white.
func backgrounds(dark bool) []string {
	if dark {
		return []string{"#000000", "#1e1e2e", "#282c34", "#2e3440"}
	}
	return []string{"#ffffff", "#f4f4f4", "#fdf6e3"}
}

// indexed is p for a terminal of 256 colours: each colour is the nearest of these that
// keeps text at its level of contrast. (termenv's nearest makes a black of a dark red.)
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

// shade is a colour as it is compared.
type shade struct {
	lab       [3]float64 // CIELAB, scaled to 1
	luminance float64    // WCAG's, 0 to 1
}

// shadeOf is that of #rrggbb or of a number of the palette.
func shadeOf(colour string) shade {
	c := rgb(colour)
	l, a, b := c.Lab()
	red, green, blue := c.LinearRgb()
	return shade{[3]float64{l, a, b}, 0.2126*red + 0.7152*green + 0.0722*blue}
}

// rgb is a colour as a terminal shows it; black, where it is the terminal's own.
func rgb(colour string) colorful.Color {
	if strings.HasPrefix(colour, "#") {
		c, _ := colorful.Hex(colour) // checked where it came from
		return c
	}
	n, _ := strconv.Atoi(colour)
	return termenv.ConvertToRGB(termenv.ANSI256Color(n))
}

func (s shade) distance(t shade) float64 {
	return math.Hypot(math.Hypot(s.lab[0]-t.lab[0], s.lab[1]-t.lab[1]), s.lab[2]-t.lab[2])
}

// contrast is WCAG 2.2's, 1 to 21.
func (s shade) contrast(t shade) float64 {
	return (max(s.luminance, t.luminance) + 0.05) / (min(s.luminance, t.luminance) + 0.05)
}

// levelOf is the level of contrast that a text keeps on all of the grounds: 6 (the cube has no green of 7), 4.5 or none.
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

// grid are the 240 colours of a terminal of 256 that look the same everywhere.
type grid [240]shade

const firstOfGrid = 16

func grid256() *grid {
	var g grid
	for i := range g {
		g[i] = shadeOf(strconv.Itoa(firstOfGrid + i))
	}
	return &g
}

// nearest is the nearest colour of those that will do, for both backgrounds. What is no
// #rrggbb stays as it is.
func (g *grid) nearest(colour string, will func(shade) bool) Pair {
	if !strings.HasPrefix(colour, "#") {
		return Pair{colour, colour}
	}
	wanted := shadeOf(colour)
	best, least := 0, math.Inf(1)
	for i, s := range g {
		if d := s.distance(wanted); d < least && will(s) {
			best, least = i, d
		}
	}
	n := strconv.Itoa(firstOfGrid + best)
	return Pair{n, n}
}
