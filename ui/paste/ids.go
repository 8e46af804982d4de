// Package paste takes what people paste: job IDs out of any text, and whole pastes
// out of what the terminal sends ([Reader]).
package paste

import (
	"bytes"

	"example.com/jobwatch/poller/job"
)

// Found is the job IDs of a text.
type Found struct {
	IDs        []job.ID // in the order of their first appearance, each once
	Duplicates int      // how many further times they appeared
}

const (
	idLen      = 36 // a UUID in canonical form, 8-4-4-4-12
	firstGroup = 8  // digits before its first hyphen
)

// IDs finds every job ID in any text: a UUID (RFC 9562) in canonical form, in
// either case, wherever it stands. Lists, URLs, paths, JSON, file names and log
// lines need no parser of their own.
//
// A hexadecimal digit right before or after makes it part of something longer,
// which is no ID. Any other neighbour is taken to be the text around it, be it a
// letter or underscore (the n of an escaped \n, job_<uuid>.pdf) or a hyphen
// (job-<uuid>, <uuid>-2.pdf): a job missed silently is worse than a stray ID, which
// the API answers with 404. Digits before it that end an escape (%2F of an encoded
// URL, \u003c of JSON, \x07 and \U0001f4c4 of quoted strings) don't count as such.
// The nil and max UUIDs, RFC 9562's placeholders for none, are no IDs.
//
// It takes time linear in the text, about 1 ns a byte.
func IDs[T ~string | ~[]byte](text T) Found {
	return find(narrow([]byte(text)))
}

func find(text []byte) Found {
	var found Found
	seen := map[job.ID]struct{}{}
	for at := firstGroup; at < len(text); at++ {
		next := bytes.IndexByte(text[at:], '-')
		if next < 0 {
			break
		}
		at += next // a hyphen, perhaps the first of a UUID
		start := at - firstGroup
		id, ok := idAt(text, start)
		if !ok {
			continue
		}
		at += idLen - 1
		if _, again := seen[id]; again {
			found.Duplicates++
			continue
		}
		seen[id] = struct{}{}
		found.IDs = append(found.IDs, id)
	}
	return found
}

// idAt returns the ID that starts at text[start], if one does and stands alone.
func idAt(text []byte, start int) (job.ID, bool) {
	end := start + idLen
	if end > len(text) || !isHex(text[start+firstGroup-1]) || text[start+13] != '-' {
		return job.ID{}, false // the cheap tests first: texts are full of hyphens
	}
	if end < len(text) && isHex(text[end]) {
		return job.ID{}, false
	}
	if start > 0 && isHex(text[start-1]) && !endsEscape(text[:start]) {
		return job.ID{}, false
	}
	var id job.ID
	if id.UnmarshalText(text[start:end]) != nil || isPlaceholder(id) {
		return job.ID{}, false
	}
	return id, true
}

// endsEscape reports whether before ends in %2F, \x2f, \u002f or \U0000002f, whatever
// the digits.
func endsEscape(before []byte) bool {
	return endsIn(before, "%", 2) || endsIn(before, `\x`, 2) || endsIn(before, `\u`, 4) || endsIn(before, `\U`, 8)
}

// endsIn reports whether before ends in the mark and that many hexadecimal digits.
func endsIn(before []byte, mark string, digits int) bool {
	body := len(before) - digits
	if body < len(mark) || string(before[body-len(mark):body]) != mark {
		return false
	}
	for _, b := range before[body:] {
		if !isHex(b) {
			return false
		}
	}
	return true
}

func isHex(b byte) bool {
	return b-'0' <= 9 || b|0x20-'a' <= 5
}

func isPlaceholder(id job.ID) bool {
	for _, b := range id {
		if b != id[0] {
			return false
		}
	}
	return id[0] == 0 || id[0] == 0xFF
}

// narrow undoes UTF-16, in which PowerShell writes files: an ID is ASCII, so
// dropping the zero bytes is enough.
func narrow(text []byte) []byte {
	if bytes.HasPrefix(text, []byte("\xFF\xFE")) || bytes.HasPrefix(text, []byte("\xFE\xFF")) {
		return bytes.ReplaceAll(text, []byte{0}, nil)
	}
	return text
}
