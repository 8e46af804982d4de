// Package ids finds job IDs in any text that people paste or pipe.
package ids

import (
	"strconv"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"example.com/jobwatch/poller/job"
)

// Found holds the job IDs of a text.
type Found struct {
	IDs        []job.ID // in the order of their first appearance, each once
	Duplicates int      // how often they appeared again
	Near       int      // words that look like an ID, but are cut off or mistyped
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

// Find finds every job ID in any text: a UUID (RFC 9562) in canonical form, in either case,
// wherever it stands, so that lists, URLs, paths, JSON, file names and log lines need no
// parser of their own. It undoes what mails, web pages and colours do to an ID; see [reading].
//
// A hexadecimal digit right before or after a UUID makes it part of something longer, which
// is no ID. Any other neighbour is ignored, be it a letter or underscore (the n of an escaped
// \n, job_<uuid>.pdf) or a hyphen (job-<uuid>, <uuid>-2.pdf): a job that is silently missed
// is worse than a stray ID, which the API answers with 404. Digits before it that end an
// escape (%2F of an encoded URL, =3D of a mail, \u003c of JSON, \x07 and \U0001f4c4 of quoted
// strings) are ignored too. The nil and max UUIDs, RFC 9562's placeholders, are no IDs.
//
// Text that holds the first 8-4 digits of an ID and some of the next group, or the last 4-12
// and some of the group before, and is no ID, counts as near one.
//
// Find takes time linear in the text, a few ns a byte.
func Find[T ~string | ~[]byte](text T) Found {
	s := NewScanner()
	_, _ = s.Write([]byte(text)) // never fails
	_ = s.Close()
	return s.Found
}

// Scanner finds the job IDs of a text that is written to it piece by piece, as [Find] does,
// wherever the pieces end. It understands UTF-16 with a byte-order mark, in which PowerShell
// writes files. Apart from what it found, it holds a few kilobytes.
type Scanner struct {
	Found // so far; an ID at the end of what was written may need the next piece or Close

	decoder *transform.Writer
	seen    map[job.ID]struct{}
	text    []byte // the newest part of the text
	at      int    // where in text to continue
	nearEnd int    // where the last word ends that is near an ID
}

// NewScanner returns a scanner that has read nothing.
func NewScanner() *Scanner {
	s := &Scanner{seen: make(map[job.ID]struct{})}
	s.decoder = transform.NewWriter(decoded{s}, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	return s
}

// Write scans the next piece of the text. It never fails.
func (s *Scanner) Write(piece []byte) (int, error) { return s.decoder.Write(piece) }

// Close ends the text. It never fails.
func (s *Scanner) Close() error {
	err := s.decoder.Close()
	s.scan(true)
	return err
}

// decoded scans the text in UTF-8.
type decoded struct{ *Scanner }

func (d decoded) Write(piece []byte) (int, error) {
	d.text = append(d.text, piece...)
	d.scan(false)
	done := max(0, d.at-lookBehind)
	d.text = append(d.text[:0], d.text[done:]...)
	d.at -= done
	d.nearEnd -= done
	return len(piece), nil
}

const (
	// maxLen is how long an ID may be with everything between its digits, in bytes: enough
	// for each digit to have a colour of its own.
	maxLen = 2048
	// lookBehind is how many bytes before an ID may matter to it.
	lookBehind = 32
)

// scan finds the IDs in the rest of the text. Unless the text ends here, it leaves one that
// may go on in the next piece.
func (s *Scanner) scan(last bool) {
	for ok := true; ok; {
		start := s.at
		for start < len(s.text) && !isHex(s.text[start]) {
			start++
		}
		end := start
		for end < len(s.text) && isHex(s.text[end]) {
			end++
		}
		s.at = start
		switch more := !last && len(s.text)-start < maxLen+lookBehind; {
		case start == end, end == len(s.text) && more: // or the run may go on
			return
		case start > 0 && isHex(s.text[start-1]): // the end of a run longer than maxLen
			s.at = end
		default:
			s.at, ok = s.run(start, end, more)
		}
	}
}

// run looks for an ID that begins in the run of hexadecimal digits text[start:end], and
// returns where to continue. If it needs more text to decide, it returns start and false.
func (s *Scanner) run(start, end int, more bool) (next int, ok bool) {
	if end-start < firstGroup && !mayContinue(s.text[end:]) {
		return end, true // as most words
	}
	starts := []int{start}
	if n := escaped(s.text[:start]); n > 0 && start+n < end {
		starts = append(starts, start+n)
	}
	near := false
	for _, from := range starts {
		r := read(s.text[from:], 0)
		switch {
		case r.short && more:
			return start, false
		case !r.whole:
			near = near || r.isNear()
		case r.dashed || r.isAlone() && (from > start || !endsWord(s.text[:start])):
			s.add(r.id)
			return from + r.at, true
		}
	}
	if n := end - start; !near && n <= 4 { // the end of an ID from its third group on
		r := read(s.text[start:], beforeLast-n)
		if r.short && more {
			return start, false
		}
		near = r.whole
	}
	if near && start >= s.nearEnd {
		word := wordLen(s.text[start:min(start+maxLen, len(s.text))])
		if start+word == len(s.text) && more {
			return start, false
		}
		s.Near++
		s.nearEnd = start + word
	}
	return end, true
}

func (s *Scanner) add(id job.ID) {
	switch _, again := s.seen[id]; {
	case isPlaceholder(id):
	case again:
		s.Duplicates++
	default:
		s.seen[id] = struct{}{}
		s.IDs = append(s.IDs, id)
	}
}

func isPlaceholder(id job.ID) bool {
	for _, b := range id {
		if b != id[0] {
			return false
		}
	}
	return id[0] == 0 || id[0] == 0xFF
}
