package prompt

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

// letters are what values are made of: narrow, blank, wide, combining, and parts of an emoji.
func letters() []string { return []string{"a", " ", "漢", "\u0301", "👩", "\u200d"} }

// editingKeys are all that edit, and keys that do not.
func editingKeys() []tea.KeyMsg {
	keys := []tea.KeyMsg{{Type: tea.KeyRunes, Runes: []rune("home")}} // typed at once over a slow line
	for name := range strings.FieldsSeq("a 漢 \u0301 up esc alt+z ctrl+o ctrl+v tab ctrl+n ctrl+p shift+left " +
		"right ctrl+f left ctrl+b alt+right ctrl+right alt+f alt+left ctrl+left alt+b alt+backspace ctrl+w alt+delete alt+d " +
		"ctrl+k ctrl+u backspace ctrl+h delete ctrl+d home ctrl+a end ctrl+e") {
		keys = append(keys, keyOf(name))
	}
	return append(keys, keyOf(" "))
}

// holds wants an input that is whole: the cursor between two clusters, and in view.
func holds(t *testing.T, in *input, after any) {
	t.Helper()
	ends := []int{0}
	for cluster := range in.clusters() {
		ends = append(ends, ends[len(ends)-1]+len(cluster))
	}
	if !slices.Contains(ends, in.cursor) || ends[len(ends)-1] != len(in.value) {
		t.Fatalf("%q: after %q the cursor is at %d, outside or inside a letter", in.value, after, in.cursor)
	}
	if utf8.RuneCountInString(in.value) > maxInput || !utf8.ValidString(in.value) {
		t.Fatalf("%q: after %q", in.value, after)
	}
	for _, c := range []sanitize.Charset{sanitize.Unicode, sanitize.ASCII} {
		for _, width := range []int{1, 2, 5, 80} {
			text, at := in.shown(c, width)
			if ansi.StringWidth(text) > width || at < 0 || at >= width || at > ansi.StringWidth(text)+2 {
				t.Fatalf("%q: after %q, in %d cells %q is shown, the cursor at %d", in.value, after, width, text, at)
			}
		}
	}
}

// All editing keys, at every place of every value of up to four letters.
func TestEveryEditingKeyAtEveryPlace(t *testing.T) {
	values := []string{""}
	for from := 0; len(values[from]) < 4*len("👩") && utf8.RuneCountInString(values[from]) < 4; from++ {
		for _, l := range letters() {
			values = append(values, values[from]+l)
		}
	}
	seen, keys := make(map[input]bool), editingKeys()
	for _, value := range values {
		for pos := range len(value) + 1 {
			for _, msg := range keys {
				in := input{value: value}
				in.moveTo(pos, false)
				in.press(msg)
				if !seen[in] {
					seen[in] = true
					holds(t, &in, msg.String())
				}
				if len(msg.Runes) > 0 && !msg.Alt && len(in.value) != len(value)+len(string(msg.Runes)) {
					t.Fatalf("%q at %d: %q made %q of it", value, pos, msg, in.value)
				}
			}
		}
	}
}

func FuzzEditing(f *testing.F) {
	f.Add("ab", []byte{21, 40, 41, 42, 43, 44})
	f.Add("漢 e\u0301 👩\u200d👦", []byte{1, 2, 3, 20, 25, 30, 35})
	f.Add("\u200dퟦ", []byte{200, 200, 200}) // clusters that join without the joiner
	f.Fuzz(func(t *testing.T, value string, presses []byte) {
		value, presses = value[:min(len(value), 256)], presses[:min(len(presses), 64)] // what a second is enough for
		in, keys := input{}, editingKeys()
		in.insert([]byte(value))
		for _, p := range presses {
			if n := int(p); n < len(keys) {
				in.press(keys[n])
				holds(t, &in, keys[n].String())
			} else {
				in.insert([]byte(value))
				holds(t, &in, "paste")
			}
		}
	})
}

// A deletion takes as much as the move over it goes over: a letter with its marks, a word
// and the blanks before it.
func TestWhatDeletingTakes(t *testing.T) {
	for _, c := range []struct{ value, key, want string }{ // | is the cursor
		{"a|b", "alt+d", "a|"},
		{"a|b", "alt+delete", "a|"},
		{"|", "alt+d", "|"},
		{"ab|  cd  ef", "alt+d", "ab|  ef"},
		{"ab  |", "alt+d", "ab  |"},
		{"ab | ", "alt+d", "ab |"},
		{"ab  cd|", "ctrl+w", "ab  |"},
		{" ab|", "alt+backspace", " |"},
		{"  |", "ctrl+w", "|"},
		{"e\u0301|x", "backspace", "|x"},
		{"|e\u0301x", "delete", "|x"},
		{"漢👩\u200d👦|", "ctrl+h", "漢|"},
		{"🇩|a🇪", "ctrl+d", "🇩🇪|"},
		{"ab|cd", "ctrl+k", "ab|"},
		{"ab|cd", "ctrl+u", "|cd"},
		{"e\u0301|", "left", "|e\u0301"},
		{"|e\u0301", "right", "e\u0301|"},
	} {
		before, after, _ := strings.Cut(c.value, "|")
		in := input{before + after, len(before)}
		in.press(keyOf(c.key))
		if got := in.value[:in.cursor] + "|" + in.value[in.cursor:]; got != c.want {
			t.Errorf("%s makes %q of %q, want %q", c.key, got, c.value, c.want)
		}
	}
}

func TestALongTextIsShownAroundTheCursor(t *testing.T) {
	in := input{value: "0123456789漢字0123456789"}
	for _, c := range []struct {
		pos  int
		want string
		at   int
	}{{0, "01234567", 0}, {4, "01234567", 4}, {10, "6789漢字", 4}, {13, "89漢字01", 4}, {26, "3456789", 7}} {
		in.cursor = c.pos
		if text, at := in.shown(sanitize.Unicode, 8); text != c.want || at != c.at {
			t.Errorf("at %d, %q is shown, the cursor at %d; want %q at %d", c.pos, text, at, c.want, c.at)
		}
	}
}

// keyOf returns the key of a name, such as "x" or "alt+d".
func keyOf(name string) tea.KeyMsg {
	bare, alt := strings.CutPrefix(name, "alt+")
	for t := tea.KeyType(-100); t <= 127; t++ {
		if t != tea.KeyRunes && t.String() == bare {
			return tea.KeyMsg{Type: t, Alt: alt}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(bare), Alt: alt}
}
