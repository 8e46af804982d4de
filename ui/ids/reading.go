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
	softHyphen = '\u00ad'
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
	text   []byte
	at     int // the next byte
	id     job.ID
	n      int  // digits read
	dashed bool // in groups
	loose  bool // only by soft hyphens so far, which may also stand anywhere else
	broken bool // over two lines
	wraps  bool // at a line end that may also be the end of a word
	short  bool // it may go on after the text
	whole  bool
}

// Parse reads a text that is exactly one ID, in any form that [Find] recognizes.
func Parse(text string) (job.ID, bool) {
	text = strings.TrimFunc(text, func(c rune) bool { return unicode.Is(unicode.Cf, c) })
	r := read([]byte(text), 0)
	return r.id, r.whole && r.at == len(text)
}

// read reads the ID at the start of text, or the rest of one that lacks some of its digits.
func read(text []byte, lacking int) reading {
	r := reading{text: text[:min(maxLen, len(text))], n: lacking, dashed: lacking > 0}
	for {
		b := r.peek()
		if !isHex(b) {
			return r
		}
		r.id[r.n/2] = r.id[r.n/2]<<4 | nibble(b)
		r.n++
		r.at++
		if r.n == digits {
			r.whole = r.ends()
			return r
		}
		if !r.gap() {
			return r
		}
	}
}

// gap skips what may stand between two digits, and reports whether a digit may follow.
func (r *reading) gap() bool {
	hard, soft, hyphenated := false, false, false
	for more := true; more && !isHex(r.peek()); {
		switch {
		case !hard && r.hyphen():
			hard = true
		case r.accept(string(softHyphen)):
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
	case 12, 16, 20:
		if r.loose && !hard && !soft {
			r.dashed, r.loose = false, false
		}
		return !hard && !r.dashed || (hard || soft) && r.dashed
	default:
		return !hard || hyphenated
	}
	return true
}

// invisible skips an escape sequence, or a character without a width other than a soft
// hyphen.
func (r *reading) invisible() bool {
	c, size := r.rune()
	if c == esc {
		size = sequence(r.text[r.at:])
		r.short = r.short || size == 0
	} else if c < utf8.RuneSelf || c == softHyphen || !unicode.Is(unicode.Cf, c) {
		return false
	}
	r.at += size
	return size > 0
}

// hyphen skips a hyphen of any kind.
func (r *reading) hyphen() bool {
	c, size := r.rune()
	if c != '-' && c != '\u2212' && (c < utf8.RuneSelf || !unicode.Is(unicode.Pd, c)) {
		return false
	}
	r.at += size
	return true
}

// lineEnd skips a line end and what mails put around it.
func (r *reading) lineEnd() bool {
	at := r.at
	r.blanks("")
	soft := r.accept("=")
	r.blanks("")
	cr := r.accept("\r")
	if lf := r.accept("\n"); !lf && !cr {
		r.at = at
		return false
	}
	r.wraps = !soft
	r.blanks(">|")
	return true
}

// blanks skips spaces of any kind, invisible characters, and these marks.
func (r *reading) blanks(marks string) {
	for {
		c, size := r.rune()
		switch {
		case c == '\t', unicode.Is(unicode.Zs, c), strings.ContainsRune(marks, c):
			r.at += size
		case !r.invisible():
			return
		}
	}
}

// ends reports whether no digit follows. After a line end, which may have ended a cut-off
// ID, none may follow after another hyphen either.
func (r *reading) ends() bool {
	at := r.at
	for r.wraps && (r.invisible() || r.hyphen() || r.accept(string(softHyphen))) {
	}
	next := r.peek()
	r.at = at
	return !isHex(next) && (r.dashed || !r.wraps)
}

// isAlone reports whether digits without hyphens are an ID, if no word ends before them.
func (r *reading) isAlone() bool {
	version, variant := r.id[6]>>4, r.id[8]>>6
	return 1 <= version && version <= 8 && variant == 0b10 && !isWord(r.peek())
}

// isNear reports whether what was read looks like an ID without being one.
func (r *reading) isNear() bool {
	cut := r.at == len(r.text) && !r.broken // at the end of the text
	return r.dashed && (r.n > 12 || cut)
}

// accept skips s if the text goes on with it.
func (r *reading) accept(s string) bool {
	if r.peek(); !bytes.HasPrefix(r.text[r.at:], []byte(s)) {
		return false
	}
	r.at += len(s)
	return true
}

// peek returns the next byte, 0 at the end of the text.
func (r *reading) peek() byte {
	if r.at == len(r.text) {
		r.short = true
		return 0
	}
	return r.text[r.at]
}

// rune returns the next character and its size, 0 at the end of the text.
func (r *reading) rune() (c rune, size int) {
	b := r.peek()
	if b < utf8.RuneSelf {
		return rune(b), 1
	}
	r.short = r.short || !utf8.FullRune(r.text[r.at:])
	return utf8.DecodeRune(r.text[r.at:])
}

// sequence returns the length of the escape sequence at the start of text, 0 if it has no
// end, or a space, which sequences that style text never have.
func sequence(text []byte) int {
	_, _, n, state := ansi.DecodeSequence(text, ansi.NormalState, nil)
	if state != ansi.NormalState || bytes.IndexByte(text[:n], ' ') >= 0 {
		return 0
	}
	return n
}

// mayContinue reports whether an ID may continue with what follows some of its digits.
func mayContinue(after []byte) bool {
	if len(after) == 0 {
		return false
	}
	switch b := after[0]; b {
	case '-', '=', '\r', '\n', esc:
		return true
	case ' ', '\t':
		return len(after) == 1 || !isWord(after[1])
	default:
		return b >= utf8.RuneSelf
	}
}

// wordLen returns the length of the word at the start of text, with hyphens of any kind.
func wordLen(text []byte) int {
	n := 0
	for n < len(text) && (isWord(text[n]) || text[n] >= utf8.RuneSelf) {
		n++
	}
	return n
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

// isWord reports whether b may be part of a word: a letter, digit, underscore or hyphen.
func isWord(b byte) bool {
	return b-'0' <= 9 || b|0x20-'a' <= 'z'-'a' || b == '_' || b == '-'
}

func isHex(b byte) bool { return b-'0' <= 9 || b|0x20-'a' <= 5 }

// nibble returns the value of a hexadecimal digit: 9 more than the low bits of a letter.
func nibble(b byte) byte { return b&0xF + b>>6*9 }
