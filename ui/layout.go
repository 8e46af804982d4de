package ui

import (
	"fmt"
	"math"

	"example.com/jobwatch/ui/style"
)

const (
	minWidth, minHeight = 40, 8 // the smallest screen that jobwatch draws its list on

	sideBySide  = 120 // columns from which the detail pane stands beside the list: it keeps what a screen of 80 shows
	stackedRows = 16  // rows from which it stands below the list
	namedRows   = 12  // rows of the list from which one of them names the columns

	leastPane, mostPane = 38, 70 // columns beside the list: for a whole ID, and for one column of facts with ease
	ruleWidth           = 3      // of the rule between list and pane, with its margins
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

// Details is where the details of the current row are shown, besides on the whole screen.
type Details uint8

// The places, in the order in which a key cycles through them.
const (
	DetailsAuto  Details = iota // beside the list where there is room, else below it
	DetailsBelow                // below the list; beside it where there are too few rows
	DetailsOff                  // nowhere
	detailsPlaces
	detailsOnly // on the whole screen
)

// place lays out a screen.
func place(width, height int, details Details) layout {
	l := layout{width: width, height: height, listWidth: width}
	body := l.body()
	l.listHeight = body
	switch {
	case details == DetailsOff:
	case details == detailsOnly:
		l.listHeight, l.paneWidth, l.paneHeight = 0, width, body
	case width >= sideBySide && (details == DetailsAuto || height < stackedRows):
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

// resize lays out what the screen shows.
func (m *Model) resize(width, height int) {
	details := m.pane.where
	switch {
	case m.screen != listScreen:
		details = detailsOnly
	case m.list.Counts().Total == 0:
		details = DetailsOff
	}
	if layout := place(width, height, details); layout != m.layout {
		m.layout = layout
		m.list.SetHeight(layout.listHeight)
	}
}

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

func (s *scroll) Move(by int) { s.top += by }
func (s *scroll) Page(by int) { s.top += by * max(s.height-1, 1) } // the last line may say how many more there are
func (s *scroll) Home()       { s.top = 0 }
func (s *scroll) End()        { s.top = math.MaxInt32 }
