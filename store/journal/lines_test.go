package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
)

// read returns each line as text, and what became of it.
func read(r io.Reader) (lines []string, err error) {
	l := NewLines(r, 100)
	end := int64(100)
	for {
		line, err := l.Next()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		if line.At != end {
			return nil, fmt.Errorf("a line begins at %d, the one before ended at %d", line.At, end)
		}
		end = line.End
		text := string(line.Text)
		switch {
		case line.TooLong() && line.Torn:
			text = fmt.Sprintf("torn, too long: %d", line.End-line.At)
		case line.TooLong():
			text = fmt.Sprintf("too long: %d", line.End-line.At)
		case line.Torn:
			text = "torn: " + text
		}
		lines = append(lines, text)
	}
}

func TestLines(t *testing.T) {
	long, longest := strings.Repeat("x", 3*MaxLine), strings.Repeat("y", MaxLine-1)
	for _, c := range []struct {
		name, journal string
		want          []string
	}{
		{"nothing", "", nil},
		{"whole lines", "a\n\nbc\n", []string{"a", "", "bc"}},
		{"a torn end", "a\nb", []string{"a", "torn: b"}},
		{"the longest line", longest + "\nb\n", []string{longest, "b"}},
		{"one byte more", longest + "y\nb\n", []string{fmt.Sprintf("too long: %d", MaxLine+1), "b"}},
		{"far too long", "a\n" + long + "\nb\n", []string{"a", fmt.Sprintf("too long: %d", 3*MaxLine+1), "b"}},
		{"without end", "a\n" + long, []string{"a", fmt.Sprintf("torn, too long: %d", 3*MaxLine)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{
				strings.NewReader(c.journal),
				iotest.DataErrReader(strings.NewReader(c.journal)),
				iotest.HalfReader(strings.NewReader(c.journal)),
			} {
				got, err := read(r)
				if err != nil || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Errorf("got %d lines %.60q, %v; want %.60q", len(got), got, err, c.want)
				}
			}
		})
	}
}

func TestAnErrorComesAfterTheLinesBeforeIt(t *testing.T) {
	broken := errors.New("broken")
	got, err := read(io.MultiReader(strings.NewReader("a\nb\nc"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || strings.Join(got, " ") != "a b" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	l := NewLines(io.LimitReader(rand.NewChaCha8([32]byte{}), 1<<20), 0)
	for range 1000 {
		if _, err := l.Next(); err != nil {
			break
		}
	}
	l = NewLines(io.LimitReader(zeros{}, 64<<20), 0)
	line, err := l.Next()
	if err != nil || !line.TooLong() || line.End != 64<<20 {
		t.Errorf("got %v, %v", line, err)
	}
	if cap(l.buf) > 2*MaxLine {
		t.Errorf("the buffer grew to %d bytes", cap(l.buf))
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// FuzzLines checks that no byte is lost or made up.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nb"), 1)
	f.Add(bytes.Repeat([]byte("0123456789\n"), 50), 7)
	f.Fuzz(func(t *testing.T, file []byte, chunk int) {
		var all []byte
		l := NewLines(&chunks{file, max(1, chunk)}, 0)
		for {
			line, err := l.Next()
			if err != nil {
				break
			}
			all = append(all, line.Text...)
			if line.TooLong() {
				t.Skip()
			}
			if !line.Torn {
				all = append(all, '\n')
			}
		}
		if !bytes.Equal(all, file) {
			t.Errorf("%q became %q", file, all)
		}
	})
}

// chunks reads that many bytes at a time.
type chunks struct {
	rest []byte
	size int
}

func (c *chunks) Read(b []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), c.size)], c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
