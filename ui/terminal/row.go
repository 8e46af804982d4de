package terminal

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// painter writes the sequences that turn rows of the terminal from one text into another.
// It tracks the cursor and the style in force, and sends as little as possible: for a bar
// that grew, two cells instead of a whole row.
type painter struct {
	width  int
	buf    []byte
	row, x int    // the cursor; x is -1 if its column is unknown
	pen    string // the style in force, as in cell

	before, after []cell // scratch

	runs []run    // changed cells that flush will write
	kept []cell   // of the runs
	pens []string // of the runs, in order of appearance
}

// run is a series of adjacent cells in one style.
type run struct {
	row, x   int
	from, to int // in painter.kept
	pen      int // in painter.pens
}

// cell is one cell of a row: its text, "" for the second half of a wide character, and
// the escape sequences that set its style, "" for none.
type cell struct{ text, pen string }

// gap is how many unchanged cells are rewritten rather than jumped over: about as many as
// a jump has bytes.
const gap = 4

// change turns a row from one text into another when [painter.flush] is called.
//
// Terminals disagree on the width of some texts (joined emoji, for example), so positions
// are known only up to the first of these. From there, a change rewrites the row to its
// end, so that it looks as if it had been written whole.
func (p *painter) change(row int, from, to string) {
	before, firmBefore, ok := parse(p.before[:0], from, p.width)
	after, firmAfter, ok2 := parse(p.after[:0], to, p.width)
	p.before, p.after = before, after
	if !ok || !ok2 {
		p.draw(row, to)
		return
	}
	firm := min(firmBefore, firmAfter)
	for firm < len(after) && after[firm].text == "" {
		firm-- // not inside a wide character
	}
	for x := 0; x < min(firm, len(after)); {
		if at(before, x) == after[x] {
			x++
			continue
		}
		end := x + 1 // of the run to write
		for i := end; i < min(firm, len(after)) && i-end < gap && after[i].pen == after[end-1].pen; i++ {
			if at(before, i) != after[i] {
				end = i + 1
			}
		}
		for end < len(after) && after[end].text == "" {
			end++ // a wide character is written whole
		}
		p.keep(row, x, after[x:end])
		x = end
	}
	for x := firm; x < max(len(before), len(after)); x++ {
		if at(before, x) != at(after, x) {
			p.rest(row, min(firm, len(after)), after)
			return
		}
	}
	if len(before) > len(after) {
		p.erase(row, len(after))
	}
}

// keep adds changed cells to the runs.
func (p *painter) keep(row, x int, cells []cell) {
	for len(cells) > 0 {
		n := 1
		for n < len(cells) && cells[n].pen == cells[0].pen {
			n++
		}
		pen := slices.Index(p.pens, cells[0].pen)
		if pen < 0 {
			pen = len(p.pens)
			p.pens = append(p.pens, cells[0].pen)
		}
		p.runs = append(p.runs, run{row, x, len(p.kept), len(p.kept) + n, pen})
		p.kept = append(p.kept, cells[:n]...)
		x, cells = x+n, cells[n:]
	}
}

// flush writes the runs style by style: setting the style of a bar's end takes four times
// the bytes of a jump to the next bar.
func (p *painter) flush() {
	for pen := range p.pens {
		for _, r := range p.runs {
			if r.pen == pen {
				p.cells(r.row, r.x, p.kept[r.from:r.to])
			}
		}
	}
	p.runs, p.kept, p.pens = p.runs[:0], p.kept[:0], p.pens[:0]
}

// at returns a cell of a row, blank beyond its end.
func at(cells []cell, x int) cell {
	if x < len(cells) {
		return cells[x]
	}
	return cell{text: " "}
}

// draw writes a whole row, whatever it shows now.
func (p *painter) draw(row int, text string) {
	cells, _, ok := parse(p.after[:0], text, p.width)
	p.after = cells
	if ok {
		p.rest(row, 0, cells)
		return
	}
	p.moveTo(row, 0)
	p.use("")
	cut := ansi.Truncate(text, p.width, "")
	p.buf = append(p.buf, cut...)
	p.buf = append(p.buf, ansi.ResetStyle...)
	if ansi.StringWidth(cut) < p.width {
		p.buf = append(p.buf, ansi.EraseLineRight...)
	}
	p.x = -1
}

// rest writes a row from a column to the end.
func (p *painter) rest(row, x int, cells []cell) {
	p.cells(row, x, cells[x:])
	if len(cells) < p.width {
		p.erase(row, len(cells))
	}
}

// erase blanks a row from a column to the end.
func (p *painter) erase(row, x int) {
	p.moveTo(row, x)
	p.use("")
	p.buf = append(p.buf, ansi.EraseLineRight...)
}

// clearBelow blanks all rows from one on.
func (p *painter) clearBelow(row, height int) {
	if row < height {
		p.moveTo(row, 0)
		p.use("")
		p.buf = append(p.buf, ansi.EraseScreenBelow...)
	}
}

// cells writes cells from a column on.
func (p *painter) cells(row, x int, cells []cell) {
	p.moveTo(row, x)
	for _, c := range cells {
		if c.text != "" {
			p.use(c.pen)
			p.buf = append(p.buf, c.text...)
		}
	}
	p.x += len(cells)
}

func (p *painter) moveTo(row, x int) {
	switch {
	case row == p.row && x == p.x:
		return
	case row == p.row && p.x >= 0:
		p.buf = fmt.Appendf(p.buf, "\x1b[%dG", x+1)
	default:
		p.buf = fmt.Appendf(p.buf, "\x1b[%d;%dH", row+1, x+1)
	}
	p.row, p.x = row, x
}

// use changes the style in force.
func (p *painter) use(pen string) {
	if pen == p.pen {
		return
	}
	if !absolute(pen) {
		p.buf = append(p.buf, ansi.ResetStyle...)
	}
	p.buf = append(p.buf, pen...)
	p.pen = pen
}

// absolute reports whether a style begins with a reset, and so replaces any other.
func absolute(pen string) bool { return strings.HasPrefix(pen, "\x1b[0;") }

// parse appends the cells of a line to cells, width at most. The first firm of them have
// the same position on every terminal. It is not ok if the line holds anything but text and
// styles.
func parse(cells []cell, line string, width int) (out []cell, firm int, ok bool) {
	pen, firm, full := "", width, false
	for line != "" {
		if n := styleLen(line); n > 0 {
			pen = with(pen, line[:n])
			line = line[n:]
			continue
		}
		text, wide, sure := glyph(line)
		if wide == 0 {
			return cells, 0, false
		}
		line = line[len(text):]
		if full = full || len(cells)+wide > width; full {
			continue // still check the rest of the line
		}
		if !sure {
			firm = min(firm, len(cells))
		}
		cells = append(cells, cell{text, pen})
		for range wide - 1 {
			cells = append(cells, cell{"", pen})
		}
	}
	return cells, firm, true
}

// styleLen returns the length of the style sequence (SGR) at the start of s, 0 if none.
func styleLen(s string) int {
	if len(s) < 3 || s[0] != ansi.ESC || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && c != ':' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

// with returns the style after one more sequence.
func with(pen, sequence string) string {
	switch {
	case sequence == "\x1b[m" || sequence == "\x1b[0m":
		return ""
	case absolute(sequence):
		return sequence
	}
	return pen + sequence
}

// glyph returns the first character of a line and its width, 0 if it has no cell of its
// own. It is sure if all terminals agree on that.
func glyph(line string) (text string, wide int, sure bool) {
	if c := line[0]; c >= ' ' && c < 0x7f && (len(line) == 1 || line[1] < utf8.RuneSelf) {
		return line[:1], 1, true
	}
	text, wide = ansi.FirstGraphemeCluster(line, ansi.GraphemeWidth)
	r, n := utf8.DecodeRuneInString(text)
	if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError && n == 1 || wide > 2 {
		return "", 0, false
	}
	return text, wide, n == len(text) && agreed(r)
}

// agreed reports whether every terminal gives a character the same width: the scripts of
// most texts, and the signs that we draw with.
func agreed(r rune) bool {
	switch {
	case r < 0x250: // Latin
		return r < 0x7f || r > 0xa0 && r != 0xad
	case r < 0x2500:
		return r >= 0x370 && r < 0x530 || // Greek, Cyrillic
			r >= 0x2010 && r <= 0x2027 || r == 0x2016 || r == 0x2298 // dashes, quotation marks, dots
	case r < 0x3041:
		return r <= 0x25fc || r == 0x2713 || r == 0x2717 // lines, blocks, circles
	}
	return r <= 0x3096 || r >= 0x30a1 && r <= 0x30fa || // kana
		r >= 0x4e00 && r <= 0x9fef || r >= 0xac00 && r <= 0xd7a3 // CJK, Hangul
}
