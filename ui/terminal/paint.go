package terminal

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

// painter writes the sequences that turn rows of the terminal from one text into another, and
// as little as possible: for a bar that grew, two cells instead of a whole row.
type painter struct {
	out    strings.Builder
	width  int
	row, x int    // the cursor; x is -1 if its column is unknown
	pen    string // the style in force, as in cell
	runs   []run  // changed cells that flush will write
}

// run is a series of adjacent cells in one style.
type run struct {
	row, x int
	cells  []cell
}

// line is a row's text and its cells.
type line struct {
	text  string
	cells []cell
	firm  int // how many have the same position on all terminals, which disagree on some widths
}

// cell is one cell of a row: its text, "" for the second half of a wide character, and
// the escape sequences that set its style, "" for none.
type cell struct{ text, pen string }

// gap is how many unchanged cells are rewritten rather than jumped over: a jump's bytes.
const gap = 4

// change turns a row from one line into another when [painter.flush] is called. It rewrites the
// part whose position is not known if anything in it changed.
func (p *painter) change(row int, from, to line) {
	before, after := from.cells, to.cells
	firm := min(from.firm, to.firm, len(after))
	for firm < len(after) && after[firm].text == "" {
		firm-- // not inside a wide character
	}
	for x := 0; x < firm; {
		if at(before, x) == after[x] {
			x++
			continue
		}
		end := x + 1 // of the cells to write
		for i := end; i < firm && i-end < gap && after[i].pen == after[x].pen; i++ {
			if at(before, i) != after[i] {
				end = i + 1
			}
		}
		for end < len(after) && after[end].text == "" {
			end++ // a wide character is written whole
		}
		p.runs = append(p.runs, run{row, x, after[x:end]})
		x = end
	}
	if !slices.Equal(before[min(firm, len(before)):], after[firm:]) {
		p.rest(row, firm, after)
	}
}

// flush writes the runs style by style: setting the style of a bar's end takes four times
// the bytes of a jump to the next bar.
func (p *painter) flush() {
	slices.SortStableFunc(p.runs, func(a, b run) int { return strings.Compare(a.cells[0].pen, b.cells[0].pen) })
	for _, r := range p.runs {
		p.cells(r.row, r.x, r.cells)
	}
}

// at returns a cell of a row, blank beyond its end.
func at(cells []cell, x int) cell {
	if x < len(cells) {
		return cells[x]
	}
	return cell{text: " "}
}

// rest writes a row from a column to the end.
func (p *painter) rest(row, x int, cells []cell) {
	p.cells(row, x, cells[x:])
	if len(cells) < p.width {
		p.erase(row, len(cells), ansi.EraseLineRight)
	}
}

// erase blanks the row, or the screen, from a position on.
func (p *painter) erase(row, x int, sequence string) {
	p.moveTo(row, x)
	p.use("")
	p.out.WriteString(sequence)
}

// cells writes cells from a column on.
func (p *painter) cells(row, x int, cells []cell) {
	p.moveTo(row, x)
	for _, c := range cells {
		if c.text != "" {
			p.use(c.pen)
			p.out.WriteString(c.text)
		}
	}
	p.x += len(cells)
}

func (p *painter) moveTo(row, x int) {
	switch {
	case row == p.row && x == p.x:
		return
	case row == p.row && p.x >= 0:
		p.out.WriteString(ansi.CursorHorizontalAbsolute(x + 1))
	default:
		p.out.WriteString(ansi.CursorPosition(x+1, row+1))
	}
	p.row, p.x = row, x
}

// use changes the style in force.
func (p *painter) use(pen string) {
	if pen == p.pen {
		return
	}
	p.out.WriteString(cmp.Or(pen, ansi.ResetStyle))
	p.pen = pen
}

// parse returns the cells of a text, width at most, without all that is neither text nor style.
func parse(text string, width int) line {
	l := line{text: text, cells: make([]cell, 0, width), firm: width}
	pen := ""
	for text != "" {
		part, wide, sure := next(text)
		text = text[len(part):]
		switch {
		case wide == 0:
			pen = with(pen, part)
			continue
		case len(l.cells)+wide > width:
			return l
		case !sure:
			l.firm = min(l.firm, len(l.cells))
		}
		l.cells = append(l.cells, cell{part, pen})
		for range wide - 1 {
			l.cells = append(l.cells, cell{"", pen})
		}
	}
	return l
}

// with returns the style after one more sequence: of those that set one (SGR), only the form
// of [style.Line] counts, which begins with a reset.
func with(pen, sequence string) string {
	parameters, isSGR := strings.CutPrefix(sequence, "\x1b[0")
	switch {
	case parameters == "m", sequence == ansi.ResetStyle:
		return ""
	case isSGR && strings.Trim(parameters, "0123456789;") == "m" && parameters[0] == ';':
		return sequence
	}
	return pen
}

// next returns the first character of a text and its width, or a sequence, control character
// or character without a cell of its own, and 0. It is sure if all terminals agree on that.
func next(text string) (part string, wide int, sure bool) {
	c := text[0]
	switch {
	case c >= ' ' && c < 0x7F && (len(text) == 1 || text[1] < utf8.RuneSelf):
		return text[:1], 1, true
	case c < ' ', c >= 0x7F && c < 0xC0:
		_, _, n, _ := ansi.DecodeSequence(text, ansi.NormalState, nil)
		return text[:n], 0, true
	}
	part, wide = ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	r, n := utf8.DecodeRuneInString(part)
	if r == utf8.RuneError && n == 1 || r >= 0x7F && r < 0xA0 {
		return part, 0, true
	}
	// The letters of most texts, and the signs that we draw with.
	agreed := r < 0x7F || sanitize.Plain(r) || r >= 0x2500 && r <= 0x25FC || strings.ContainsRune("‖⊘✓✗", r)
	return part, wide, n == len(part) && agreed
}
