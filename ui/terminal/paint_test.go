package terminal

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// pieces returns what test rows are made of. The first plain of them are text, our own
// styles, wide letters, and text that terminals draw differently; the others are neither text
// nor a style of ours.
func pieces() (all []string, plain int) {
	all = []string{
		"", "a", "b", " ", "        ", "Processing", "Not Started", "31%", "32%", "1m10s", "now",
		"█", "▌", "▏", "╌╌╌╌", "│", "●", "✓", "…", "é", "ж",
		"漢", "字", "한", "か", "漢漢漢漢漢漢",
		"👍", "👩‍👩‍👧", "🇩🇪", "e\u0301", "नि", "❤\ufe0f", "\ufffd",
		"\x1b[0m", "\x1b[m", "\x1b[0;1m", "\x1b[0;38;2;1;2;3m", "\x1b[0;38;2;1;2;3;48;5;7m", "\x1b[0;7m",
	}
	return append(all, "\x1b[1m", "\x1b[31m", "\x1b[48;5;4m", "\x1b[38:2::1:2:3m", "\x1b[3C", "\x1b[K", "\x1b[>4;1m", "\x1b]0;t\x07", "\x1b", "\t", "\r", "\u009b31m", "\u200d", "\u00ad", "\x9b31m", "\xff"),
		len(all)
}

// row returns the row that a recipe describes, and whether it is only text and styles.
func row(recipe []byte) (text string, plain bool) {
	all, first := pieces()
	plain = true
	var b strings.Builder
	for _, c := range recipe {
		n := int(c) % len(all)
		b.WriteString(all[n])
		plain = plain && n < first
	}
	return b.String(), plain
}

// recipe returns a random row, or a variation of another.
func recipe(rng *rand.Rand, from []byte) []byte {
	out := append([]byte{}, from...)
	if from == nil {
		out = make([]byte, 1+rng.IntN(60))
	}
	for i := range out {
		if from == nil || rng.IntN(20) == 0 {
			out[i] = byte(rng.IntN(256)) //nolint:gosec // fits
			if rng.IntN(2) == 0 {
				out[i] %= 26 // else most rows are such as we never draw
			}
		}
	}
	return out
}

// terminal is an emulator of a few rows.
type terminal struct{ *vt.Emulator }

func newTerminal(width, height int) terminal {
	t := terminal{vt.NewEmulator(width, height)}
	_, _ = t.WriteString(ansi.ResetModeAutoWrap)
	return t
}

// turn paints what turns the terminal's rows from one text into another, or draws them
// whole if they show nothing known, and returns what was sent.
func (t terminal) turn(from, to []string) string {
	p := &painter{width: t.Width(), x: -1}
	for y := range to {
		after := parse(to[y], t.Width())
		if from == nil {
			p.rest(y, 0, after.cells)
		} else {
			p.change(y, parse(from[y], t.Width()), after)
		}
	}
	p.flush()
	p.use("")
	_, _ = t.WriteString(p.out.String())
	return p.out.String()
}

// look returns everything visible, cell by cell.
func (t terminal) look() string {
	var b strings.Builder
	for y := range t.Height() {
		for x := range t.Width() {
			c := t.CellAt(x, y)
			if c == nil || c.IsZero() {
				b.WriteString("_")
				continue
			}
			text := c.Content
			if text == "" {
				text = " "
			}
			fmt.Fprintf(&b, "%s%s", text, strings.TrimPrefix(c.Style.String(), "\x1b["))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// harmless matches text, styles, jumps and erasures.
var harmless = regexp.MustCompile(`^(?:[^\x00-\x1f\x7f-\x9f]|\x1b\[[\d;:]*m|\x1b\[[\d;]*[GHKJ])*$`)

// However rows change, the terminal shows the same as if each had been written whole.
func FuzzAChangedRowLooksAsIfWrittenWhole(f *testing.F) {
	f.Add([]byte{29, 1}, []byte{19, 1}, []byte{1, 29}, uint8(20)) // a combined letter and one that isn't
	f.Add([]byte{21, 22, 21}, []byte{1, 2, 21, 1}, []byte{21, 1, 22}, uint8(6))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		a := recipe(rng, nil)
		b := recipe(rng, a)
		f.Add(a, b, recipe(rng, nil), uint8(rng.IntN(256))) //nolint:gosec // fits
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte, width uint8) {
		const most = 300 // pieces in a row
		if len(a) > most || len(b) > most || len(c) > most {
			t.Skip()
		}
		size := int(width)%100 + 1
		direct, changed := newTerminal(size, 1), newTerminal(size, 1)
		var before []string
		for _, recipe := range [][]byte{a, b, c, a} {
			text, plain := row(recipe)
			sent := changed.turn(before, []string{text})
			if !utf8.ValidString(sent) || !harmless.MatchString(sent) {
				t.Errorf("%+q is sent as %+q", text, sent)
			}
			if cut := ansi.Truncate(text, size, ""); plain {
				_, _ = direct.WriteString("\x1b[1;1H" + cut + "\x1b[m")
				if ansi.StringWidth(cut) < size {
					_, _ = direct.WriteString("\x1b[K")
				}
			} else {
				direct.turn(nil, []string{text})
			}
			if direct.look() != changed.look() {
				t.Fatalf("after %+q\ncame %+q: %+q\nwritten whole it is\n%s\nchanged\n%s", before, text, sent, direct.look(), changed.look())
			}
			before = []string{text}
		}
	})
}

const (
	accent = "\x1b[0;38;2;122;162;247m"
	track  = "\x1b[0;38;2;122;162;247;48;2;41;46;66m"
	dim    = "\x1b[0;38;2;130;130;130m"
)

// bars returns rows with bars.
func bars(rows, full int, percent string) []string {
	row := accent + "◐ Processing " + dim + "3f2a91bc " + strings.Repeat("Annual report ", 2) + accent +
		strings.Repeat("█", full) + track + "▌" + strings.Repeat(" ", 29-full) + dim + " " + percent + "  1m10s  now\x1b[0m"
	return slices.Repeat([]string{row}, rows)
}

// A growing bar costs a few bytes, not a row, and little more than a jump to it when many
// grow in one frame; no change costs nothing.
func TestLittleChangesCostLittle(t *testing.T) {
	for rows, most := range map[int]int{1: 110, 50: 50 * 35} {
		tm := newTerminal(200, rows)
		whole := len(tm.turn(nil, bars(rows, 9, "31%")))
		if n := len(tm.turn(bars(rows, 9, "31%"), bars(rows, 10, "34%"))); n > most || rows > 1 && n > whole/3 {
			t.Errorf("a step of %d bars takes %d bytes, the whole screen %d", rows, n, whole)
		}
		if sent := tm.turn(bars(rows, 10, "34%"), bars(rows, 10, "34%")); sent != "" {
			t.Errorf("no change of %d bars is sent as %q", rows, sent)
		}
	}
}
