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
	firstGroup = 8  // its hexadecimal digits before the first hyphen
	digits     = 32 // in all
	tail       = 16 // those before its last two groups

	esc        = '\x1b'
	softHyphen = '\u00ad'
)

// reading is one attempt to read an ID. Its digits come in the groups 8-4-4-4-12, and
// these may stand between them:
//
//   - any hyphen, dash or minus sign of Unicode for each hyphen
//   - characters without a width, such as zero-width spaces and soft hyphens, and
//     escape sequences, such as colours
//   - once, the end of a line, with a hyphen or the = of quoted-printable before it and
//     indentation and the > of quoting after it. No further hyphen and digit may follow then, so
//     that a cut-off ID is not completed by the beginning of the next line's.
//
// 32 digits without any hyphen are an ID where they are a word of their own, on one
// line, and have version 1 to 8 and the variant of RFC 9562, as one checksum in eight
// does by chance.
type reading struct {
	text   []byte
	at     int // the next byte
	id     job.ID
	n      int  // digits read
	dashed bool // by groups
	loose  bool // by soft hyphens so far, which may stand anywhere else, too
	broken bool // over two lines
	wraps  bool // at a line's end that may be a word's end, too
	short  bool // it may go on after the text
	whole  bool
}

// Parse reads a text that is one ID and no more, in any of the ways in which [Find]
// finds one.
func Parse(text string) (job.ID, bool) {
	text = strings.TrimFunc(text, func(c rune) bool { return unicode.Is(unicode.Cf, c) })
	r := read([]byte(text), 0)
	return r.id, r.whole && r.at == len(text)
}

// read reads the ID that text begins with, or what is left of one that lacks some of
// its digits.
func read(text []byte, lacking int) reading {
	r := reading{text: text[:min(reach, len(text))], n: lacking, dashed: lacking > 0}
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

// gap skips what may stand between two digits, and reports whether nothing else does.
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

// invisible skips an escape sequence, or a character without a width that is no soft
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

// lineEnd skips the end of a line, and what mails put around it.
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

// blanks skips spaces of any kind, what has no width, and these marks.
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

// ends reports whether the digits that were read are all. After a line's end, which may
// have been a cut-off ID's, none may follow another hyphen either.
func (r *reading) ends() bool {
	at := r.at
	for r.wraps && (r.invisible() || r.hyphen() || r.accept(string(softHyphen))) {
	}
	next := r.peek()
	r.at = at
	return !isHex(next) && (r.dashed || !r.wraps)
}

// isAlone reports whether digits without hyphens are an ID where no word ends before
// them.
func (r *reading) isAlone() bool {
	version, variant := r.id[6]>>4, r.id[8]>>6
	return 1 <= version && version <= 8 && variant == 0b10 && !isWord(r.peek())
}

// isNear reports whether what was read looks like an ID without being one.
func (r *reading) isNear() bool {
	cut := r.at == len(r.text) && !r.broken // at the end of the text
	return r.dashed && (r.n > 12 || cut)
}

// accept skips what is the text's next.
func (r *reading) accept(what string) bool {
	if r.peek(); !bytes.HasPrefix(r.text[r.at:], []byte(what)) {
		return false
	}
	r.at += len(what)
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

// sequence returns the length of the escape sequence that text begins with, 0 if it
// has no end or a space in it, as none has that gives a text its looks.
func sequence(text []byte) int {
	_, _, n, state := ansi.DecodeSequence(text, ansi.NormalState, nil)
	if state != ansi.NormalState || bytes.IndexByte(text[:n], ' ') >= 0 {
		return 0
	}
	return n
}

// goesOn reports whether an ID may go on with what comes after some of its digits.
func goesOn(after []byte) bool {
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

// wordLen returns how much of text is one word, whatever kinds of hyphens are in it.
func wordLen(text []byte) int {
	n := 0
	for n < len(text) && (isWord(text[n]) || text[n] >= utf8.RuneSelf) {
		n++
	}
	return n
}

// endsWord reports whether a word of ASCII ends at the end of before.
func endsWord(before []byte) bool {
	if len(before) == 0 || !isWord(before[len(before)-1]) {
		return false
	}
	before = before[max(0, len(before)-lookBehind):]
	at := bytes.LastIndexByte(before, esc)
	return at < 0 || sequence(before[at:]) != len(before)-at // colours end in a letter
}

// escaped returns how many of the digits after before belong to an escape that begins
// at its end: %2F, =3D, \x2f, \u002f or \U0000002f.
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

func isHex(b byte) bool {
	return b-'0' <= 9 || b|0x20-'a' <= 5
}

// nibble returns the value of a hexadecimal digit.
func nibble(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b | 0x20 - 'a' + 10
}
