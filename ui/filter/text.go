package filter

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// needle is a text to look for, whatever the case. It compares without making a
// folded copy of every row's texts: at 100,000 rows a key that would be most of
// the cost of typing.
type needle struct {
	folded string
	ascii  bool
	hexy   bool // may occur in an ID
}

func newNeedle(s string) needle {
	n := needle{folded: strings.Map(fold, s), ascii: true, hexy: true}
	for _, r := range n.folded {
		n.ascii = n.ascii && r < utf8.RuneSelf
		n.hexy = n.hexy && (r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r == '-')
	}
	return n
}

// fold gives both cases of a letter one form. Letters outside ASCII never fold
// into it (as the Kelvin sign would), so that ASCII may be compared by bytes.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if l := unicode.ToLower(r); l >= utf8.RuneSelf {
		return l
	}
	return r
}

// in reports whether n occurs in s.
func (n *needle) in(s string) bool {
	if len(n.folded) == 0 {
		return true
	}
	if n.ascii {
		return n.inASCII(s)
	}
	for i := range s {
		if n.startsRunes(s[i:]) {
			return true
		}
	}
	return false
}

func (n *needle) inASCII(s string) bool {
	low := n.folded[0]
	up := low
	if low >= 'a' && low <= 'z' {
		up -= 'a' - 'A'
	}
	for i := 0; i <= len(s)-len(n.folded); i++ {
		if c := s[i]; (c == low || c == up) && n.startsASCII(s[i:]) {
			return true
		}
	}
	return false
}

func (n *needle) startsASCII(s string) bool {
	for j := range len(n.folded) {
		c := s[j]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != n.folded[j] {
			return false
		}
	}
	return true
}

func (n *needle) startsRunes(s string) bool {
	for _, want := range n.folded {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 || fold(r) != want {
			return false
		}
		s = s[size:]
	}
	return true
}

// bare reports whether n may be a whole ID without its hyphens.
func (n *needle) bare() bool {
	return n.hexy && len(n.folded) == 2*len(job.ID{}) && !strings.Contains(n.folded, "-")
}

// inID reports whether n occurs in the canonical text of id, or is id without hyphens.
func (n *needle) inID(id *job.ID) bool {
	switch {
	case !n.hexy || len(n.folded) > idLen:
		return false
	case n.bare():
		return hex.EncodeToString(id[:]) == n.folded
	}
	text := idText(id)
	first := n.folded[0]
	for i := 0; i <= idLen-len(n.folded); i++ {
		if text[i] == first && string(text[i:i+len(n.folded)]) == n.folded {
			return true
		}
	}
	return false
}

// idLen is the length of an ID's text.
const idLen = 36

// idText is id.AppendText at a third of its cost, which counts: when digits are
// typed, it is asked for each row.
func idText(id *job.ID) (text [idLen]byte) {
	const digits = "0123456789abcdef"
	at := 0
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			text[at] = '-'
			at++
		}
		text[at], text[at+1] = digits[c>>4], digits[c&15]
		at += 2
	}
	return text
}
