// Package ids finds job IDs in any text that people paste or pipe.
package ids

import (
	"bytes"
	"io"
	"slices"
	"strconv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/decode"
)

// Found holds the job IDs of a text.
type Found struct {
	IDs        []job.ID // in the order of their first appearance, each once
	Duplicates int      // how often they appeared again
	Near       int      // words that look like an ID, but are cut off or mistyped
}

// Add adds what was found in the next piece of the same text.
func (f *Found) Add(next Found) {
	f.IDs = append(f.IDs, next.IDs...)
	f.Duplicates += next.Duplicates
	f.Near += next.Near
}

// NearText returns how many words look like an ID in words, "" if none does.
func (f *Found) NearText() string {
	switch f.Near {
	case 0:
		return ""
	case 1:
		return "1 looks like a cut-off ID"
	}
	return strconv.Itoa(f.Near) + " look like cut-off IDs"
}

// Find finds every job ID in any text, in time linear in it: a UUID (RFC 9562), wherever it
// stands and whatever mails, web pages and colours did to it; see [reading]. The nil and max
// UUIDs are no IDs.
//
// A hexadecimal digit right before or after a UUID makes it part of something longer, unless it
// ends an escape (%2F of an encoded URL, =3D of a mail, \u003c of JSON, \x07 and \U0001f4c4 of
// quoted strings). Other neighbours are ignored (job_<uuid>.pdf, <uuid>-2.pdf): a job that is
// silently missed is worse than a stray ID, which the API answers with 404.
//
// Text that holds the first 8-4 digits of an ID and some of the next group, or the last 4-12
// and some of the group before, and is no ID, counts as near one.
func Find[T ~string | ~[]byte](text T) Found {
	s := NewScanner(bytes.NewReader([]byte(text)))
	for s.Scan() == nil { // it never fails otherwise
	}
	return s.Found
}

const (
	maxLen     = 2048    // bytes of an ID with all between its digits: each may have a colour of its own
	lookBehind = 32      // bytes before an ID that may matter to it
	maxSeen    = 1 << 18 // IDs that are remembered
)

// Scanner finds the IDs of a text that comes in pieces. It holds a few kilobytes of the text, and
// the last IDs. An ID is found as soon as no text behind it can matter, however the text is cut.
type Scanner struct {
	Found        // so far; users may take out what they have used
	Length int64 // bytes that were read

	in      io.Reader
	ended   bool
	seen    map[job.ID]bool
	text    []byte // the newest part of the text
	at      int    // where in text to continue
	nearEnd int    // where the last word ends that is near an ID
}

// NewScanner returns a scanner of a text in any encoding that [decode.Reader] knows.
func NewScanner(r io.Reader) *Scanner {
	return &Scanner{in: decode.Reader(r), seen: make(map[job.ID]bool)}
}

// Scan waits for the next piece of the text and finds the IDs that begin there, up to a place where
// more text may matter. Its error is the reader's, io.EOF at the end: all is found then.
func (s *Scanner) Scan() error {
	done := max(0, s.at-lookBehind)
	s.text = slices.Grow(s.text[:copy(s.text, s.text[done:])], maxLen)
	s.at -= done
	s.nearEnd -= done
	n, err := s.in.Read(s.text[len(s.text):cap(s.text)])
	s.text = s.text[:len(s.text)+n]
	s.Length += int64(n)
	s.ended = err != nil
	for {
		s.at += until(s.text[s.at:], isHex)
		start, end := s.at, s.at+until(s.text[s.at:], isNotHex)
		switch {
		case start == len(s.text):
			return err
		case start > 0 && isHex(s.text[start-1]): // the end of a very long run
			s.at = end
		default:
			if s.at = s.run(start, end); s.at == start {
				return err
			}
		}
	}
}

// run looks for an ID that begins in the run of hexadecimal digits text[start:end], and
// returns where to continue: at start when there is more text.
func (s *Scanner) run(start, end int) (next int) {
	if end-start < firstGroup && !mayContinue(s.text[end:]) && s.enough(s.text[end:]) {
		return end // as most words
	}
	starts := []int{start}
	if n := escaped(s.text[:start]); n > 0 && start+n < end {
		starts = append(starts, start+n)
	}
	near := false
	for _, from := range starts {
		r := read(s.text[from:], 0)
		switch {
		case r.short && !s.ended:
			return start
		case !r.whole:
			cut := len(r.rest) == 0 && !r.broken // at the end of the text
			near = near || r.dashed && (r.n > 12 || cut)
		case r.dashed || r.isAlone() && (from > start || !endsWord(s.text[:start])):
			s.add(r.id)
			return len(s.text) - len(r.rest) - r.beyond
		}
	}
	if n := end - start; !near && n <= 4 { // the end of an ID from its third group on
		r := read(s.text[start:], beforeLast-n)
		if near = r.whole; r.short && !s.ended {
			return start
		}
	}
	if near && start >= s.nearEnd {
		word := s.text[start:min(start+maxLen, len(s.text))]
		n := until(word, func(b byte) bool { return !isWord(b) && b < 0x80 }) // with any hyphens
		if n < maxLen && !s.enough(word[n:]) {
			return start
		}
		s.Near++
		s.nearEnd = start + n
	}
	return end
}

// enough reports whether what follows is known, be it that nothing does.
func (s *Scanner) enough(after []byte) bool { return len(after) > 0 || s.ended }

func (s *Scanner) add(id job.ID) {
	switch {
	case id == job.ID{}, id == job.ID(bytes.Repeat([]byte{0xFF}, len(id))): // placeholders
	case s.seen[id]:
		s.Duplicates++
	default:
		if len(s.seen) == maxSeen {
			clear(s.seen)
		}
		s.seen[id] = true
		s.IDs = append(s.IDs, id)
	}
}

// mayContinue reports whether an ID may continue with what follows some of its digits.
func mayContinue(after []byte) bool {
	if len(after) == 0 {
		return false
	}
	switch after[0] {
	case '-', '=', '\r', '\n', esc:
		return true
	case ' ', '\t':
		return len(after) == 1 || !isWord(after[1])
	default:
		return after[0] >= 0x80
	}
}

// endsWord reports whether before ends with a word of ASCII.
func endsWord(before []byte) bool {
	if len(before) == 0 || !isWord(before[len(before)-1]) {
		return false
	}
	before = before[max(0, len(before)-lookBehind):]
	at := bytes.LastIndexByte(before, esc)
	return at < 0 || sequence(before[at:]) != len(before)-at // a colour also ends in a letter
}

// escaped returns how many digits after before belong to an escape that begins at its end:
// %2F, =3D, \x2f, \u002f or \U0000002f.
func escaped(before []byte) int {
	n := len(before)
	switch {
	case n > 0 && (before[n-1] == '%' || before[n-1] == '='):
		return 2
	case n > 1 && before[n-2] == '\\':
		return map[byte]int{'x': 2, 'u': 4, 'U': 8}[before[n-1]]
	}
	return 0
}

// until returns the length of text before the first byte of a kind.
func until(text []byte, is func(byte) bool) int {
	if n := slices.IndexFunc(text, is); n >= 0 {
		return n
	}
	return len(text)
}

// isWord reports whether b may be part of a word: a letter, digit, underscore or hyphen.
func isWord(b byte) bool {
	return b-'0' <= 9 || b|0x20-'a' <= 'z'-'a' || b == '_' || b == '-'
}

func isHex(b byte) bool    { return b-'0' <= 9 || b|0x20-'a' <= 5 }
func isNotHex(b byte) bool { return !isHex(b) }
