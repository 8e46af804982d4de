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
	Duplicates int      // how many further times they appeared
	Near       int      // words that look like an ID, but are cut off or mistyped
}

// NearText says how many words look like an ID; "" if none does.
func (f *Found) NearText() string {
	switch f.Near {
	case 0:
		return ""
	case 1:
		return "1 looks like a cut-off ID"
	}
	return strconv.Itoa(f.Near) + " look like cut-off IDs"
}

// Find finds every job ID in any text: a UUID (RFC 9562) in canonical form, in
// either case, wherever it stands. Lists, URLs, paths, JSON, file names and log
// lines need no parser of their own. What mails, web pages and colours do to an ID is
// undone; see [reading].
//
// A hexadecimal digit right before or after makes it part of something longer,
// which is no ID. Any other neighbour is taken to be the text around it, be it a
// letter or underscore (the n of an escaped \n, job_<uuid>.pdf) or a hyphen
// (job-<uuid>, <uuid>-2.pdf): a job missed silently is worse than a stray ID, which
// the API answers with 404. Digits before it that end an escape (%2F of an encoded
// URL, =3D of a mail, \u003c of JSON, \x07 and \U0001f4c4 of quoted strings) don't
// count as such. The nil and max UUIDs, RFC 9562's placeholders for none, are no IDs.
//
// What holds the first 8-4 digits of an ID and some of the next group, or the last
// 4-12 and some of the group before, and is no ID, is counted as near one.
//
// It takes time linear in the text, a few ns a byte.
func Find[T ~string | ~[]byte](text T) Found {
	s := NewScanner()
	_, _ = s.Write([]byte(text)) // never fails
	_ = s.Close()
	return s.Found
}

// Scanner finds the job IDs of a text that is written to it piece by piece, as [Find]
// does, wherever the pieces end. UTF-16 with a byte-order mark, in which PowerShell
// writes files, is understood. Beside what it found, it holds some kilobytes at most.
type Scanner struct {
	Found // so far; an ID at the end of what was written may need the next piece or Close

	decoder *transform.Writer
	seen    map[job.ID]struct{}
	text    []byte // the newest part of the text
	at      int    // what comes before it in text has been scanned
	nearEnd int    // where the last word ends that is near an ID
}

// NewScanner returns a scanner that has read nothing.
func NewScanner() *Scanner {
	s := &Scanner{seen: make(map[job.ID]struct{})}
	s.decoder = transform.NewWriter(pieces{s}, unicode.BOMOverride(encoding.Nop.NewDecoder()))
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

// pieces takes the text in UTF-8.
type pieces struct{ *Scanner }

func (p pieces) Write(piece []byte) (int, error) {
	p.text = append(p.text, piece...)
	p.scan(false)
	done := max(0, p.at-lookBehind)
	p.text = append(p.text[:0], p.text[done:]...)
	p.at -= done
	p.nearEnd -= done
	return len(piece), nil
}

const (
	// reach is how far an ID may reach, in bytes, with what stands in between: room
	// for each of its characters to have a colour of its own.
	reach = 2048
	// lookBehind is how many bytes before an ID may matter to it.
	lookBehind = 32
)

// scan finds the IDs that begin in what has not been scanned. One that may go on
// after the text is left for later, unless this is the text's last piece.
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
		switch more := !last && len(s.text)-start < reach+lookBehind; {
		case start == end, end == len(s.text) && more: // or it may go on
			return
		case start > 0 && isHex(s.text[start-1]): // the end of a run longer than reach
			s.at = end
		default:
			s.at, ok = s.run(start, end, more)
		}
	}
}

// run looks for an ID that begins in the run of hexadecimal digits text[start:end], and
// returns where to go on. It is false, and that is start, if it takes more text to tell.
func (s *Scanner) run(start, end int, more bool) (next int, ok bool) {
	if end-start < firstGroup && !goesOn(s.text[end:]) {
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
	if digits := end - start; !near && digits <= 4 { // as many as the third group may have
		r := read(s.text[start:], tail-digits)
		if r.short && more {
			return start, false
		}
		near = r.whole
	}
	if near && start >= s.nearEnd {
		word := wordLen(s.text[start:min(start+reach, len(s.text))])
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
