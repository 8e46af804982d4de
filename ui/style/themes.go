package style

// Named is a built-in theme.
type Named struct {
	Name, About string
	Palette     Palette
}

// Themes are the built-in themes, the default first. In each, all text (so all roles
// but Past) keeps a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3) on usual backgrounds
// and on the selection, and status colours differ clearly from one another; tests
// hold them to it.
func Themes() []Named {
	return []Named{
		{"calm", "one blue accent, muted status colours", Calm()},
		{"warm", "earthen, with little blue", warm()},
		{"contrast", "at least 7:1 for every text", contrast()},
		{"colorblind", "no status told by red against green", colorblind()},
	}
}

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
		Basic: basic16(),
	}
}

// warm has earthen colours with little blue, for the evening.
func warm() Palette {
	return Palette{
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
		Basic: basic16(),
	}
}

// contrast has at least 7:1 (WCAG 2.2, 1.4.6) for every text.
func contrast() Palette {
	basic := basic16()
	basic[Dim] = "" // bright black is hard to read in most palettes
	return Palette{
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
		Basic: basic,
	}
}

// colorblind tells statuses apart by blue against yellow and by lightness, which those
// see who don't tell red from green.
func colorblind() Palette {
	basic := basic16()
	basic[OK], basic[Past] = "94", "34"
	return Palette{
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
		Basic: basic,
	}
}

// basic16 are the 16 colours as most programs use them.
func basic16() [roles]string {
	return [roles]string{Accent: "36", OK: "32", Warn: "33", Error: "31", Dim: "90", Past: "32"}
}
