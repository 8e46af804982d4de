// Package journal cuts a journal into its lines, whatever happened to the file:
// a torn end, runs of NUL, lines without end. It knows nothing of what they say.
package journal

import (
	"bytes"
	"errors"
	"io"
)

// MaxLine is the longest line that is taken for one, in bytes with its newline.
// It bounds the memory that a damaged file can ask for.
const MaxLine = 1 << 20

// The buffer grows from firstBuffer, which few bytes fit in, to readBuffer as soon
// as there are more, and beyond only for a line that is longer.
const (
	firstBuffer = 4 << 10
	readBuffer  = 128 << 10
)

// Line is one line of a journal.
type Line struct {
	Text []byte // without its newline; nil when too long; valid until the next call of Next
	At   int64  // where Text begins
	End  int64  // where the next line begins
	Torn bool   // the end came before a newline
}

// TooLong reports whether the line is longer than [MaxLine].
func (l Line) TooLong() bool { return l.Text == nil }

// Lines reads a journal line by line, in memory bounded by [MaxLine].
type Lines struct {
	r    io.Reader
	buf  []byte
	next int   // the unread part is buf[next:len(buf)]
	at   int64 // where buf[next] is in the journal
	err  error // what r said last
}

// NewLines returns a reader of the lines of r, the first of which is at the offset at.
func NewLines(r io.Reader, at int64) *Lines {
	return &Lines{r: r, at: at, buf: make([]byte, 0, firstBuffer)}
}

// Next returns the next line. At the end it returns [io.EOF], and any other error
// of the reader after the whole lines before it.
func (l *Lines) Next() (Line, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(l.buf[l.next+seen:], '\n'); i >= 0 {
			return l.take(seen+i, 1), nil
		}
		seen = len(l.buf) - l.next
		if l.err != nil {
			break
		}
		if seen >= MaxLine {
			return l.skip()
		}
		l.fill()
	}
	if !errors.Is(l.err, io.EOF) {
		return Line{}, l.err
	}
	if seen == 0 {
		return Line{}, io.EOF
	}
	line := l.take(seen, 0)
	line.Torn = true
	return line, nil
}

// take hands out the next n bytes and passes over the newline after them.
func (l *Lines) take(n, newline int) Line {
	line := Line{Text: l.buf[l.next : l.next+n : l.next+n], At: l.at, End: l.at + int64(n+newline)}
	if n+newline > MaxLine {
		line.Text = nil
	}
	l.next += n + newline
	l.at = line.End
	return line
}

// skip passes over a line that is too long, a buffer at a time.
func (l *Lines) skip() (Line, error) {
	line := Line{At: l.at}
	for {
		i := bytes.IndexByte(l.buf[l.next:], '\n')
		if i >= 0 {
			line.End = l.take(i, 1).End
			return line, nil
		}
		line.End = l.take(len(l.buf)-l.next, 0).End
		if l.err != nil {
			break
		}
		l.fill()
	}
	if !errors.Is(l.err, io.EOF) {
		return Line{}, l.err
	}
	line.Torn = true
	return line, nil
}

// fill reads on, after making room: the unread part moves to the front.
func (l *Lines) fill() {
	full := len(l.buf) == cap(l.buf)
	l.buf = append(l.buf[:0], l.buf[l.next:]...)
	l.next = 0
	if len(l.buf) == cap(l.buf) || full && cap(l.buf) < readBuffer {
		l.buf = append(make([]byte, 0, max(2*cap(l.buf), readBuffer)), l.buf...)
	}
	const patience = 100 // empty reads in a row, as bufio allows
	for range patience {
		n, err := l.r.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf = l.buf[:len(l.buf)+n]
		if n > 0 || err != nil {
			l.err = err
			return
		}
	}
	l.err = io.ErrNoProgress
}
