package theme

import "strconv"

// Pair is one colour for a dark background and one for a light one, as #rrggbb.
// An empty colour is the terminal's own.
type Pair struct{ Dark, Light string }

func (p Pair) pick(dark bool) string {
	if dark {
		return p.Dark
	}
	return p.Light
}

// Palette is a complete set of colours. Text colours (all but Past) keep a contrast of at least
// 4.5:1 (WCAG 2.2, 1.4.3) on the backgrounds in [Backgrounds] and on their own
// selection; a test holds them to it.
type Palette struct {
	Colours [roles]Pair
	Grounds [grounds]Pair
}

// Backgrounds are what contrast is checked against: usual terminal backgrounds
// at the difficult end, neither pure black nor pure white.
func Backgrounds() Pair { return Pair{Dark: "#1e1e2e", Light: "#f4f4f4"} }

// Calm is the default: one blue accent, muted status colours.
func Calm() Palette {
	return Palette{
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
	}
}

// basic holds the 16-colour parameters of each role.
var basic = [roles]string{ //nolint:gochecknoglobals // a constant table; Go has no constant arrays
	Accent: "36",
	OK:     "32",
	Warn:   "33",
	Error:  "31",
	Dim:    "90",
	Past:   "32",
}

// basicIndex is a role's colour among the 16, as Lip Gloss counts them.
func basicIndex(r Role) string {
	n, _ := strconv.Atoi(basic[r])
	if n >= 90 {
		return strconv.Itoa(n - 90 + 8)
	}
	return strconv.Itoa(n - 30)
}
