package ui

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

// body is the number of rows between header and footer.
func (l layout) body() int { return max(l.height-2, 0) }

// shape is what shares the body of the screen.
type shape uint8

const (
	listAndPane   shape = iota
	listAbovePane       // below the list rather than beside it
	listOnly            // there is nothing to tell details of, or they are not wanted
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
