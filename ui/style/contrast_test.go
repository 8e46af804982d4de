package style

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// look is a theme on a background, in all colours or in 256.
type look struct {
	name, theme string
	dark        bool
	profile     termenv.Profile
	Palette
}

func looks() (all []look) {
	for _, theme := range Themes() {
		for _, dark := range []bool{true, false} {
			for _, profile := range []termenv.Profile{termenv.TrueColor, termenv.ANSI256} {
				name := fmt.Sprintf("%s, dark %t, profile %v", theme.Name, dark, profile)
				all = append(all, look{name, theme.Name, dark, profile, theme.Palette})
			}
		}
	}
	return all
}

func (l look) role(r Role) string { return l.Palette.role(r).pick(l.profile, l.dark) }

func (l look) of256() bool { return l.profile == termenv.ANSI256 }

// rgb returns a colour as terminals show it.
func rgb(colour string) colorful.Color {
	if c, err := colorful.Hex(colour); err == nil {
		return c
	}
	n, _ := strconv.Atoi(colour)
	return termenv.ConvertToRGB(termenv.ANSI256Color(n))
}

// contrast returns WCAG 2.2's contrast ratio, 1 to 21.
func contrast(a, b string) float64 {
	luminance := func(colour string) float64 {
		red, green, blue := rgb(colour).LinearRgb()
		return 0.2126*red + 0.7152*green + 0.0722*blue
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// A person with low vision can read every text, on either background and on the selected
// row.
func TestTextHasEnoughContrastOnEveryBackground(t *testing.T) {
	for _, l := range looks() {
		enough := 4.5 // WCAG 2.2, 1.4.3
		if l.theme == "contrast" {
			enough = 7 // 1.4.6
			if l.of256() {
				enough = 6 // no green of these is dark enough
			}
		}
		grounds := []string{"#ffffff", "#f4f4f4", "#fdf6e3", l.ground(Selected).pick(l.profile, l.dark)}
		if l.dark { // among these, the difficult: neither black nor white
			grounds = []string{"#000000", "#1e1e2e", "#282c34", "#2e3440", grounds[3]}
		}
		for role := range Past {
			colour := l.role(role)
			for _, ground := range grounds {
				if c := contrast(colour, ground); colour != "" && c < enough {
					t.Errorf("%s, role %d: %s on %s has a contrast of %.2f, want %.1f", l.name, role, colour, ground, c, enough)
				}
			}
		}
	}
}

func TestEveryThemeIsComplete(t *testing.T) {
	for _, l := range looks() {
		for _, n := range Names() {
			if l.Palette[n.Name].pick(l.profile, l.dark) == "" && n.Name != "text" && n.Name != "strong" { // which may be the terminal's own
				t.Errorf("%s: there is no %s", l.name, n.Name)
			}
		}
		if len(l.Palette) > len(Names()) || len(Names()) != int(roles)+int(grounds)-1 {
			t.Errorf("%s has other colours than %v", l.name, Names())
		}
	}
}

// eye is a colour vision deficiency, as a transformation of linear light: G. M. Machado,
// M. M. Oliveira, L. A. F. Fernandes: A physiologically-based model for simulation of color
// vision deficiency (2009), complete deficiency.
type eye [3][3]float64

var (
	withoutRed   = eye{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}
	withoutGreen = eye{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}
)

func (e eye) sees(c colorful.Color) colorful.Color {
	r, g, b := c.LinearRgb()
	var out [3]float64
	for i, row := range e {
		out[i] = row[0]*r + row[1]*g + row[2]*b
	}
	return colorful.LinearRgb(out[0], out[1], out[2]).Clamped()
}

// clearly is the least distance between two status colours in CIELAB (scaled to 1),
// where 0.02 is just noticeable. Of 256 colours, few are dark enough to choose from.
func (l look) clearly() float64 {
	if l.of256() {
		return 0.15
	}
	return 0.20
}

// alike returns the least distance between two status colours as an eye sees them, and
// their roles.
func (l look) alike(sees func(colorful.Color) colorful.Color) (least float64, a, b Role) {
	least = math.Inf(1)
	for x := Accent; x <= Dim; x++ {
		for y := x + 1; y <= Dim; y++ {
			d := sees(rgb(l.role(x))).DistanceLab(sees(rgb(l.role(y))))
			if d < least {
				least, a, b = d, x, y
			}
		}
	}
	return least, a, b
}

func TestStatusColoursDifferClearly(t *testing.T) {
	for _, l := range looks() {
		if d, a, b := l.alike(func(c colorful.Color) colorful.Color { return c }); d < l.clearly() {
			t.Errorf("%s: roles %d and %d differ by %.2f only", l.name, a, b, d)
		}
	}
}

// A person who can't tell red from green can tell every status by its colour in this theme,
// and in no other: otherwise the test would prove nothing.
func TestTheColorblindThemeDeservesItsName(t *testing.T) {
	fails := map[string]bool{}
	for _, l := range looks() {
		for _, e := range []eye{withoutRed, withoutGreen} {
			d, a, b := l.alike(e.sees)
			if d < l.clearly() {
				fails[l.theme] = true
			}
			if l.theme == "colorblind" && d < l.clearly() {
				t.Errorf("%s: roles %d and %d differ by %.2f only", l.name, a, b, d)
			}
		}
	}
	if len(fails) != len(Themes())-1 {
		t.Errorf("only these would not do: %v", fails)
	}
}

// The user's colours replace the theme's, in part or as a whole.
func TestColoursOfOnesOwn(t *testing.T) {
	own := Calm().With("accent", Colour{Dark: "#ff8800"}).With("error", Colour{Dark: "9", Light: "1"}).
		With("selection", Colour{Dark: Default, Light: Default}).With("nonsense", Colour{Dark: "1"}).With("ok", Colour{Dark: "#8b0010"})
	for _, tt := range []struct {
		profile termenv.Profile
		dark    bool
		ground  Ground
		role    Role
		want    string
	}{
		{termenv.TrueColor, true, Plain, Accent, "0;38;2;255;136;0"},
		{termenv.TrueColor, false, Plain, Accent, "0;38;2;31;85;181"}, // as in calm
		{termenv.TrueColor, true, Plain, Error, "0;91"},
		{termenv.TrueColor, false, Selected, Error, "0;31"}, // the terminal's own background
		{termenv.ANSI256, true, Plain, Accent, "0;38;5;208"},
		{termenv.ANSI256, true, Plain, Error, "0;91"},
		{termenv.ANSI256, true, Plain, OK, "0;38;5;88"}, // a dark red is no black
		{termenv.ANSI, true, Plain, Accent, "0;36"},     // no #rrggbb there
		{termenv.ANSI, true, Plain, Error, "0;91"},
		{termenv.Ascii, true, Plain, Error, "0;1"},
	} {
		if got := New(own, tt.profile, tt.dark, Unicode()).SGR(tt.ground, tt.role); got != tt.want {
			t.Errorf("profile %v, dark %t, role %d: %s, want %s", tt.profile, tt.dark, tt.role, got, tt.want)
		}
	}
}
