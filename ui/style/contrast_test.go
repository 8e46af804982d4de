package style

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// look is a theme on a background, in all colours or in 256.
type look struct {
	name, theme string
	dark        bool
	Palette
}

func looks() (all []look) {
	for _, theme := range Themes() {
		for _, dark := range []bool{true, false} {
			name := fmt.Sprintf("%s, dark %t", theme.Name, dark)
			all = append(all, look{name, theme.Name, dark, theme.Palette},
				look{name + ", of 256", theme.Name, dark, theme.Palette.indexed(dark)})
		}
	}
	return all
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
		for role := range roles {
			colour := l.Colours[role].pick(l.dark)
			if colour == "" || role == Past {
				continue
			}
			for _, ground := range append(backgrounds(l.dark), l.Grounds[Selected].pick(l.dark)) {
				if c := shadeOf(colour).contrast(shadeOf(ground)); c < enough {
					t.Errorf("%s, role %d: %s on %s has a contrast of %.2f, want %.1f", l.name, role, colour, ground, c, enough)
				}
			}
		}
	}
}

func TestEveryThemeIsComplete(t *testing.T) {
	for _, l := range looks() {
		for _, c := range l.Named() {
			if c.pick(l.dark) == "" && c.Name != "text" && c.Name != "strong" { // which may be the terminal's own
				t.Errorf("%s: there is no %s", l.name, c.Name)
			}
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

func (l look) of256() bool { return !strings.HasPrefix(l.Colours[Dim].Dark, "#") }

// alike returns the least distance between two status colours as an eye sees them, and
// their roles.
func (l look) alike(sees func(colorful.Color) colorful.Color) (least float64, a, b Role) {
	least = math.Inf(1)
	for x := Accent; x <= Dim; x++ {
		for y := x + 1; y <= Dim; y++ {
			d := sees(rgb(l.Colours[x].pick(l.dark))).DistanceLab(sees(rgb(l.Colours[y].pick(l.dark))))
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
	own := Calm().With("accent", Pair{Dark: "#ff8800"}).With("error", Pair{"9", "1"}).
		With("selection", Pair{Default, Default}).With("nonsense", Pair{"1", "1"})
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
		{termenv.ANSI, true, Plain, Accent, "0;36"}, // no #rrggbb there
		{termenv.ANSI, true, Plain, Error, "0;91"},
		{termenv.Ascii, true, Plain, Error, "0;1"},
	} {
		if got := New(own, tt.profile, tt.dark, Unicode()).SGR(tt.ground, tt.role); got != tt.want {
			t.Errorf("profile %v, dark %t, role %d: %s, want %s", tt.profile, tt.dark, tt.role, got, tt.want)
		}
	}
	if style := New(own, termenv.ANSI, true, Unicode()).Style(Error).Render("x"); style != "\x1b[91mx\x1b[0m" {
		t.Errorf("Lip Gloss draws %q", style)
	}
}
