package ids

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/job"
)

const (
	firstGroup = 8  // digits before an ID's first hyphen
	digits     = 32 // in all
	beforeLast = 16 // before the last two groups
	esc        = '\x1b'
)

// reading is one attempt to read an ID. Its digits come in the groups 8-4-4-4-12, with
// these between them:
//
//   - any hyphen, dash or minus sign of Unicode for each hyphen
//   - characters without a width, such as zero-width spaces and soft hyphens, and
//     escape sequences, such as colours
//   - once, a line end, with a hyphen or the = of quoted-printable before it and indentation
//     and the > of quoting after it. No further hyphen and digit may follow then, so that
//     the beginning of the next line's ID does not complete a cut-off one.
//
// 32 digits without any hyphen are an ID if they are a word of their own, on one line, and
// have version 1 to 8 and the variant of RFC 9562, as one checksum in eight does by chance.
type reading struct {
	rest   []byte // of the text, as far as an ID may go
	beyond int    // bytes of the text that are farther away
	id     job.ID
	n      int  // digits read
	dashed bool // in groups
	loose  bool // only by soft hyphens so far, which may also stand anywhere else
	broken bool // over two lines
	wraps  bool // at a line end that may also be the end of a word
	whole  bool
	short  bool // more text might have changed what was read
}

// read reads the ID at the start of text, or the rest of one that lacks some of its digits.
func read(text []byte, lacking int) reading {
	r := reading{rest: text[:min(maxLen, len(text))], n: lacking, dashed: lacking > 0}
	r.beyond = len(text) - len(r.rest)
	for r.atDigit() {
		b := r.rest[0]
		r.id[r.n/2] = r.id[r.n/2]<<4 | b&0xF + b>>6*9 // a letter's low bits are 9 less than it means
		r.n++
		r.rest = r.rest[1:]
		if r.n == digits {
			r.whole = r.ends()
			return r
		}
		if inGroup := r.n%4 > 0 && r.atDigit(); !inGroup && !r.gap() {
			return r
		}
	}
	return r
}

// gap skips what may stand between two digits, and reports whether a digit may follow.
func (r *reading) gap() bool {
	hard, soft, hyphenated := false, false, false
	for more := mayContinue(r.rest); !r.atDigit() && more; {
		switch {
		case !hard && r.skip(isHyphen):
			hard = true
		case r.skip(isSoftHyphen):
			soft = true
		case r.invisible():
		case !r.broken && r.lineEnd():
			r.broken, hyphenated = true, hard
		default:
			more = false
		}
	}
	switch r.n {
	case firstGroup:
		r.dashed, r.loose = hard || soft, !hard
		return true
	case 12, 16, 20:
		if r.loose && !hard && !soft {
			r.dashed, r.loose = false, false
		}
		if r.dashed {
			return hard || soft
		}
		return !hard
	default:
		return !hard || hyphenated
	}
}

// ends reports whether no digit follows. After a line end, which may have ended a cut-off
// ID, none may follow after another hyphen either.
func (r *reading) ends() bool {
	after := *r
	for r.wraps && (after.invisible() || after.skip(isHyphen) || after.skip(isSoftHyphen)) {
	}
	ends := !after.atDigit()
	r.short = after.short
	return ends && (r.dashed || !r.wraps)
}

// isAlone reports whether digits without hyphens are an ID, if no word ends before them.
func (r *reading) isAlone() bool {
	version, variant := r.id[6]>>4, r.id[8]>>6
	return 1 <= version && version <= 8 && variant == 0b10 && (len(r.rest) == 0 || !isWord(r.rest[0]))
}

// invisible skips an escape sequence, or a character without a width other than a soft
// hyphen.
func (r *reading) invisible() bool {
	if len(r.rest) > 0 && r.rest[0] == esc {
		n := sequence(r.rest)
		r.short = r.short || n < 0 && r.beyond == 0
		r.rest = r.rest[max(n, 0):]
		return n > 0
	}
	return r.skip(func(c rune) bool { return isFormat(c) && !isSoftHyphen(c) })
}

// lineEnd skips a line end and what mails put around it.
func (r *reading) lineEnd() bool {
	before := r.rest
	r.blanks("")
	soft := r.accept("=")
	r.blanks("")
	cr := r.accept("\r")
	if lf := r.accept("\n"); !lf && !cr {
		r.rest = before
		return false
	}
	r.wraps = !soft
	r.blanks(">|")
	return true
}

// blanks skips spaces of any kind, invisible characters, and these marks.
func (r *reading) blanks(marks string) {
	isBlank := func(c rune) bool { return c == '\t' || unicode.Is(unicode.Zs, c) || strings.ContainsRune(marks, c) }
	for r.skip(isBlank) || r.invisible() {
	}
}

// skip skips a character of that kind, if the text goes on with one.
func (r *reading) skip(is func(rune) bool) bool {
	c, size := utf8.DecodeRune(r.rest)
	r.short = r.short || r.beyond == 0 && !utf8.FullRune(r.rest)
	if size == 0 || !is(c) {
		return false
	}
	r.rest = r.rest[size:]
	return true
}

// accept skips s if the text goes on with it.
func (r *reading) accept(s string) (ok bool) {
	r.rest, ok = bytes.CutPrefix(r.rest, []byte(s))
	return ok
}

func (r *reading) atDigit() bool {
	r.short = r.short || len(r.rest)+r.beyond == 0
	return len(r.rest) > 0 && isHex(r.rest[0])
}

func isFormat(c rune) bool     { return unicode.Is(unicode.Cf, c) }
func isSoftHyphen(c rune) bool { return c == '\u00ad' }
func isHyphen(c rune) bool     { return c == '-' || c == '\u2212' || unicode.Is(unicode.Pd, c) }

// sequence returns the length of the escape sequence at the start of text, 0 if it has a space,
// which sequences that style text never have, and -1 if it has no end.
func sequence(text []byte) int {
	_, _, n, state := ansi.DecodeSequence(text, ansi.NormalState, nil)
	switch {
	case state != ansi.NormalState:
		return -1
	case bytes.IndexByte(text[:n], ' ') >= 0:
		return 0
	}
	return n
}
