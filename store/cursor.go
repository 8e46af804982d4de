package store

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// cursor walks over one line; ok is false once it met what it didn't expect.
type cursor struct {
	b  []byte
	i  int
	ok bool
}

func (c *cursor) peek() byte {
	if c.i < len(c.b) {
		return c.b[c.i]
	}
	return 0
}

func (c *cursor) eat(want byte) {
	if c.peek() != want {
		c.ok = false
	}
	c.i++
}

func (c *cursor) expect(want string) {
	if end := c.i + len(want); end > len(c.b) || string(c.b[c.i:end]) != want {
		c.ok = false
		c.i = len(c.b)
		return
	}
	c.i += len(want)
}

// word reads a string without escapes, whose bytes are themselves.
func (c *cursor) word() []byte {
	quoted := c.quoted()
	if !c.ok {
		return nil
	}
	return quoted[1 : len(quoted)-1]
}

// quoted reads a string as it stands, with its quotes.
func (c *cursor) quoted() []byte {
	begin := c.i
	if c.peek() != '"' {
		c.ok = false
		return nil
	}
	for i := begin + 1; i < len(c.b); i++ {
		b := c.b[i]
		if b > '\\' || b != '"' && b != '\\' && b >= ' ' {
			continue
		}
		switch b {
		case '"':
			c.i = i + 1
			return c.b[begin:c.i]
		case '\\':
			i++
		default: // a control character
			c.ok = false
			return nil
		}
	}
	c.ok = false
	return nil
}

// string is what a quoted string says.
func (c *cursor) string(quoted []byte) string {
	if !c.ok {
		return ""
	}
	plain := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return string(plain)
	}
	var s string
	c.ok = json.Unmarshal(quoted, &s) == nil
	return s
}

// progress reads a number as we write it: 0, 1 or 0.123.
func (c *cursor) progress() job.Progress {
	begin := c.i
	first := c.peek()
	c.i++
	if c.peek() == '.' {
		c.i++
		for '0' <= c.peek() && c.peek() <= '9' {
			c.i++
		}
		if c.i-begin < len("0.1") {
			c.ok = false
		}
	}
	if first != '0' && (first != '1' || c.i != begin+1) || c.i > len(c.b) {
		c.ok = false
		return 0
	}
	p, err := strconv.ParseFloat(string(c.b[begin:c.i]), 64)
	c.ok = c.ok && err == nil
	return job.Progress(p)
}

func (c *cursor) digits(b []byte) int {
	n := 0
	for _, d := range b {
		if d < '0' || d > '9' {
			c.ok = false
			return 0
		}
		n = 10*n + int(d-'0')
	}
	return n
}
