package terminal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// pieces returns what test rows are made of: text, our own styles and others', wide letters,
// and text that terminals draw differently.
func pieces() []string {
	return []string{
		"", "a", "b", " ", "        ", "Processing", "Not Started", "31%", "32%", "1m10s", "now",
		"█", "▌", "▏", "╌╌╌╌", "│", "●", "✓", "…", "é", "ж",
		"漢", "字", "한", "か", "漢漢漢漢漢漢",
		"👍", "👩‍👩‍👧", "🇩🇪", "e\u0301", "नि", "❤\ufe0f",
		"\x1b[0m", "\x1b[m", "\x1b[0;1m", "\x1b[0;38;2;1;2;3m", "\x1b[0;38;2;1;2;3;48;5;7m", "\x1b[0;7m",
		"\x1b[1m", "\x1b[31m", "\x1b[48;5;4m", "\x1b[38:2::1:2:3m",
		"\x1b[3C", "\x1b[K", "\x1b]0;t\x07", "\x1b", "\t", "\r", "\u009b31m", "\u200d", "\u00ad", "\ufffd", "\xff",
	}
}

// row returns the row that a recipe describes.
func row(recipe []byte) string {
	var b strings.Builder
	for _, c := range recipe {
		b.WriteString(pieces()[int(c)%len(pieces())])
	}
	return b.String()
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

// terminal is an emulator of a few rows, and the painter that writes to it.
type terminal struct {
	*vt.Emulator
	painter
}

func newTerminal(width, height int) *terminal {
	t := &terminal{Emulator: vt.NewEmulator(width, height), painter: painter{width: width, x: -1}}
	_, _ = t.Write([]byte(ansi.ResetModeAutoWrap))
	return t
}

// took sends what was painted to the terminal, and returns how many bytes that were.
func (t *terminal) took() (bytes int) {
	t.flush()
	t.use("")
	_, _ = t.Write(t.buf)
	bytes = len(t.buf)
	t.buf, t.x = t.buf[:0], -1
	return bytes
}

// look returns everything visible, cell by cell.
func (t *terminal) look() string {
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
		before := ""
		for i, text := range []string{row(a), row(b), row(c), row(a)} {
			cut := ansi.Truncate(text, size, "")
			direct.buf = append(direct.buf, "\x1b[1;1H"+cut+"\x1b[m"...)
			if ansi.StringWidth(cut) < size {
				direct.buf = append(direct.buf, "\x1b[K"...)
			}
			if i == 0 {
				changed.draw(0, text)
			} else {
				changed.change(0, before, text)
			}
			changed.flush()
			sent := string(changed.buf)
			direct.took()
			changed.took()
			if direct.look() != changed.look() {
				t.Fatalf("after %+q\ncame %+q: %+q\nwritten whole it is\n%s\nchanged\n%s", before, text, sent, direct.look(), changed.look())
			}
			before = text
		}
	})
}

// When many bars grow in one frame, each costs little more than a jump to it.
func TestBarsThatGrowTogetherCostLittle(t *testing.T) {
	const (
		accent = "\x1b[0;38;2;122;162;247m"
		track  = "\x1b[0;38;2;122;162;247;48;2;41;46;66m"
		rows   = 50
	)
	line := func(full int, percent string) string {
		return accent + "Processing " + strings.Repeat("█", full) + track + "▌" + strings.Repeat(" ", 29-full) + "\x1b[0m " + percent
	}
	tm := newTerminal(200, rows)
	for y := range rows {
		tm.draw(y, line(9, "31%"))
	}
	whole := tm.took()
	for y := range rows {
		tm.change(y, line(9, "31%"), line(10, "34%"))
	}
	if n := tm.took(); n > rows*35 || n > whole/3 {
		t.Errorf("%d bars' step takes %d bytes, the whole screen %d", rows, n, whole)
	}
}

// A growing bar costs a few bytes, not a row; no change costs nothing.
func TestLittleChangesCostLittle(t *testing.T) {
	const (
		accent = "\x1b[0;38;2;122;162;247m"
		track  = "\x1b[0;38;2;122;162;247;48;2;41;46;66m"
		dim    = "\x1b[0;38;2;130;130;130m"
	)
	line := func(full int, percent string) string {
		return accent + "◐ Processing " + dim + "3f2a91bc " + strings.Repeat("Annual report ", 6) + accent +
			strings.Repeat("█", full) + track + "▌" + strings.Repeat(" ", 29-full) + dim + " " + percent + "  1m10s  now\x1b[0m"
	}
	tm := newTerminal(200, 1)
	tm.draw(0, line(9, "31%"))
	whole := tm.took()
	tm.change(0, line(9, "31%"), line(10, "34%"))
	if n := tm.took(); n > 110 || n > whole/3 {
		t.Errorf("a step of a bar takes %d bytes, the whole row %d", n, whole)
	}
	tm.change(0, line(10, "34%"), line(10, "34%"))
	if n := tm.took(); n != 0 {
		t.Errorf("no change takes %d bytes", n)
	}
}
