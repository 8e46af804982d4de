package ui

import (
	"fmt"
	"math"

	"example.com/jobwatch/ui/style"
)

// The smallest screen that jobwatch draws its list on.
const (
	minWidth  = 40
	minHeight = 8
)

const (
	sideBySide  = 120 // columns from which the detail pane stands beside the list: it keeps what a screen of 80 shows
	stackedRows = 16  // rows from which it stands below the list
	namedRows   = 12  // rows of the list from which one of them names the columns
)

// layout says where everything stands on a screen of a given size. The header is
// row 0 and the footer the last row; the body lies between them.
type layout struct {
	width, height int
	listWidth     int
	listHeight    int
	headings      int // rows above the list that name its columns: 1, or 0 where every row counts
	paneWidth     int // of the detail pane; 0 when it is hidden
	paneHeight    int
	beside        bool // the pane stands right of the list, else below it
}

// tooSmall reports whether there is no room for the list.
func (l layout) tooSmall() bool { return l.width < minWidth || l.height < minHeight }

// body returns the number of rows between header and footer.
func (l layout) body() int { return max(l.height-2, 0) }

// inPane reports whether a cell of the screen belongs to the pane.
func (l layout) inPane(x, y int) bool {
	if l.beside {
		return x >= l.listWidth
	}
	return l.paneWidth > 0 && y > l.headings+l.listHeight
}

// shape says which parts share the body of the screen.
type shape uint8

const (
	listAndPane   shape = iota
	listAbovePane       // below the list rather than beside it
	listOnly            // without details, or with nothing to show them of
	paneOnly
)

// place lays out a screen.
func place(width, height int, shape shape) layout {
	l := layout{width: width, height: height, listWidth: width}
	body := l.body()
	l.listHeight = body
	switch {
	case shape == listOnly:
	case shape == paneOnly:
		l.listHeight, l.paneWidth, l.paneHeight = 0, width, body
	case width >= sideBySide && (shape != listAbovePane || height < stackedRows):
		l.beside = true
		l.paneWidth = min(max(width/2-22, leastPane), mostPane)
		l.paneHeight = body
		l.listWidth = width - l.paneWidth - ruleWidth
	case height >= stackedRows:
		l.paneWidth = width
		l.paneHeight = min(max(body*2/5, 6), 15)
		l.listHeight = body - l.paneHeight - 1 // the rule between them
	}
	if l.listHeight >= namedRows {
		l.headings = 1
		l.listHeight--
	}
	return l
}

// A pane beside the list holds a whole ID at least; where it holds one column of facts
// with ease, the rest is the list's.
const leastPane, mostPane = 38, 70

// ruleWidth is the width of the rule between list and pane, with its margins.
const ruleWidth = 3

// scroll is which lines of a text are shown.
type scroll struct{ top, height int }

// View returns the lines that are shown, exactly height.
func (s *scroll) View(t *style.Theme, lines []string, height int) []string {
	s.height = height
	s.top = max(min(s.top, len(lines)-height), 0)
	out := make([]string, height)
	copy(out, lines[s.top:])
	if below := len(lines) - s.top - height; below > 0 && height > 1 {
		out[height-1] = style.NewLine(t, style.Plain).Space(1).
			Put(style.Dim, fmt.Sprintf("%s %d more lines", t.Glyphs.Ellipsis, below+1)).String()
	}
	return out
}

// titled draws a full screen: a title, and as much of its lines as fits.
func (s *scroll) titled(t *style.Theme, title string, lines []string, height int) []string {
	head := style.NewLine(t, style.Plain).Space(1).Put(style.Strong, title).String()
	return append([]string{head, ""}, s.View(t, lines, height-2)...)
}

// Move scrolls by lines.
func (s *scroll) Move(by int) { s.top += by }

// Page scrolls by pages. The last line of one may say how many more there are.
func (s *scroll) Page(by int) { s.top += by * max(s.height-1, 1) }

// Home goes to the first line.
func (s *scroll) Home() { s.top = 0 }

// End goes to the last line.
func (s *scroll) End() { s.top = math.MaxInt32 }
