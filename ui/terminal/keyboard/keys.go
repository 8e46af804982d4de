package keyboard

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/lucasb-eyer/go-colorful"
)

const esc = '\x1b'

// introduces reports whether b after an esc begins a sequence: CSI, SS3, or a string.
func introduces(b byte) bool { return b == '[' || b == 'O' || beginsString(b) }

// beginsString reports whether b after an esc begins one of the strings OSC, DCS, APC, PM and
// SOS. Terminals answer queries with them, also late, those of a program that has ended.
func beginsString(b byte) bool { return strings.IndexByte("]P_^X", b) >= 0 }

var (
	// whole matches a key or a whole sequence, also old mouse reports (ESC [ M and three
	// characters), the Linux console's function keys (ESC [ [ A), urxvt's keys with shift
	// (ESC [ 7 $), and line ends in strings.
	whole = regexp.MustCompile(`^\x1b(?:` +
		`\x1b?(?:\[M[^\x00-\x1f]{3}|\[\[[ -~]|\[\d\d?\$|\[(?:[@-LN-Z\\-~]|[ -?]+[@-~])|O[\d;]*[ -/:<-~])|` +
		`\]` + stringBody + `(?:\x07|\x1b\\)|[P_^X]` + stringBody + `\x1b\\|[^\x1b[O\]P_^X])`)
	// part matches the beginning of what whole matches, as far as it goes.
	part = regexp.MustCompile(`^\x1b(?:` +
		`\x1b?(?:\[M[^\x00-\x1f]{0,2}|\[\[|\[[ -?]*|O[\d;]*)|[]P_^X]` + stringBody + `(?:\x1b$)?|\x1b)?`)
	// escBefore matches an esc that is a key of its own: before a string or a paste.
	escBefore = regexp.MustCompile(`^\x1b\x1b(?:[]P_^X]|\[200~)`)

	// reply matches the replies among strings: colours, the clipboard, XTVERSION, DA3,
	// XTGETTCAP, DECRQSS, kitty's remote control and graphics. Others, such as titles and
	// links, may be part of a paste: a link may be a job's.
	reply = regexp.MustCompile(`\x1b(?:\](?:[45]|1\d|52);[^\x00-\x1f\x7f]*(?:\x07|\x1b\\)|` +
		`(?:P(?:>\||!\||[01][+$]r|@kitty-cmd)|_G[iI]=)[^\x00-\x1f\x7f]*\x1b\\)`)
	// background matches the reply about the background, with one to four digits a channel
	// (XParseColor), such as rgb:1e1e/1e1e/2e2e.
	background = regexp.MustCompile(`^` + backgroundStart + `rgba?:(` + hex + `)/(` + hex + `)/(` + hex + `)(?:/` + hex + `)?(?:\x07|\x1b\\)$`)
)

const (
	stringBody = `[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*`
	hex        = `[0-9a-fA-F]{1,4}`
)

// sequenceLen returns the length of the key or sequence at the start of data, which begins
// with an esc, 0 for half a sequence. A byte that can't be part of a sequence ends it.
func sequenceLen(data []byte) int {
	if escBefore.Match(data) {
		return 1
	}
	if n := len(whole.Find(data)); n > 0 {
		return n
	}
	if n := len(part.Find(data)); n < len(data) {
		return n
	}
	return 0
}

// known matches the keys that Bubble Tea 1.3.10 recognizes whatever follows. It reads other
// sequences as alt and a letter followed by letters, each of which may be a command.
var known = regexp.MustCompile(`^(?:[^\x1b]|\x1b[^\x00\x1b[O\x{FFFD}]|` +
	`\x1b\[<\d{1,5};\d{1,5};\d{1,5}[Mm]|\x1b\[M[\x00-\x7f\x{FFFD}]{3}|` + // the mouse, in single bytes
	`\x1b?\x1b(?:\[[A-DFHZ]|\[[1-8]~|O[P-S])|\x1b\[(?:1;[2-8][A-DFHP-S]|(?:\d|[12]\d|3[0-4])(?:;[2-8])?~|` +
	`[a-d]|[5-8]\^|[78][@$]|\[[A-E]))$`) // the last are urxvt's and the Linux console's

// translate returns what a whole sequence means: a key or a mouse report in a form that
// Bubble Tea can't misread, never longer than the sequence, or an event, or nothing.
func translate(sequence string) (key string, event Event) {
	key, event = decode(sequence)
	if !known.MatchString(key) {
		key = ""
	}
	return key, event
}

// decode is [translate] before it asks whether Bubble Tea knows the key.
func decode(sequence string) (key string, event Event) {
	form := keyForm.FindStringSubmatch(sequence)
	switch {
	case sequence == "\x1b", sequence == "\x1b\x1b":
		return "", Escape{}
	case len(sequence) > maxTail:
		return "", nil
	case beginsString(sequence[1]):
		if m := background.FindStringSubmatch(sequence); m != nil {
			event = Background{Dark: isDark(m[1:])}
		}
		return "", event
	case sequence == "\x1b[I", sequence == "\x1b[O":
		return "", Focus{In: sequence == "\x1b[I"}
	case form != nil:
		return decodeForm(form)
	case sequence[1] == 'O':
		return keypad(sequence[2:]), nil
	case sequence[1] == esc: // some terminals send it for alt
		key, event = decode(sequence[1:])
		if !strings.HasPrefix(key, "\x1b[M") && !strings.HasPrefix(key, "\x1b[<") {
			key = "\x1b" + key
		}
		return key, event
	}
	return sequence, nil
}

// isDark reports whether white reads better than black on a colour, given as hexadecimal
// channels: whether its relative luminance (WCAG 2) is under 0.18.
func isDark(channels []string) bool {
	var rgb [3]float64
	for i := range rgb {
		v, _ := strconv.ParseUint(channels[i], 16, 16)
		rgb[i] = float64(v) / float64(uint64(1)<<(4*len(channels[i]))-1)
	}
	r, g, b := colorful.Color{R: rgb[0], G: rgb[1], B: rgb[2]}.LinearRgb()
	return 0.2126*r+0.7152*g+0.0722*b < 0.18
}

// keypad decodes what follows ESC O: perhaps shift, and the character of an arrow, a function
// key, or a key of the keypad in application mode.
func keypad(rest string) string {
	const characters, keys = " IMXjklmnopqrstuvwxy", " \t\r=*+,-./0123456789"
	char := strings.TrimPrefix(rest, "2")
	if i := strings.Index(characters, char); i >= 0 && len(char) == 1 {
		return keys[i : i+1]
	}
	return functional("", rest, 0)
}

// The modifiers as xterm and kitty number them; a sequence has their sum and one.
const (
	shift     = 1
	alternate = 2
	ctrl      = 4
	others    = 8 | 16 | 32 // super, hyper and meta: no keys of ours
	capsLock  = 64
)

// keyForm matches a key in the form of xterm and kitty: a number or character, with shift, and
// in its place on a Latin keyboard; modifiers; the character after number 27; and a final byte.
var keyForm = regexp.MustCompile(`^\x1b\[(\d*)(?::(\d*))?(?::(\d*))?(?:;(\d*)(?:;(\d*))?)?([A-DFHP-Su~])$`)

// decodeForm decodes the parts of keyForm.
func decodeForm(form []string) (key string, event Event) {
	code, shifted, latin, char, final := form[1], form[2], form[3], form[5], form[6]
	mods, _ := strconv.Atoi(cmp.Or(form[4], "1"))
	mods--
	switch {
	case mods&others != 0:
		return "", nil
	case final == "~" && code == "27": // xterm's modifyOtherKeys
		code = char
	case char != "":
		return "", nil
	case final != "u":
		return functional(code, final, mods), nil
	case mods&ctrl != 0 && latin != "":
		code = latin
	case mods&shift != 0 && shifted != "":
		code, mods = shifted, mods&^(shift|capsLock)
	}
	r, _ := strconv.ParseInt(code, 10, 32) // in place of none, 0 or the largest: not printable
	return chord(rune(r), mods)
}

// functional returns the sequence of a key that has a number or a final byte of its own.
func functional(number, final string, mods int) string {
	mods &= shift | alternate | ctrl
	switch {
	case mods != 0:
		return "\x1b[" + number + ";" + strconv.Itoa(mods+1) + final
	case final == "~":
		return "\x1b[" + number + final
	case number != "" && number != "1":
		return ""
	case final >= "P":
		return "\x1bO" + final
	}
	return "\x1b[" + final
}

// chord returns the key of a character and modifiers. Ctrl, shift and a letter is no key:
// terminals use it, such as ctrl+shift+c to copy.
func chord(r rune, mods int) (key string, event Event) {
	switch {
	case r == '\t' && mods&shift != 0:
		key = "\x1b[Z"
	case r == '\r', r == '\t', r == '\b', r == 0x7F, r == esc && mods&ctrl == 0:
		key = string(r)
	case !unicode.IsPrint(r):
	case mods&ctrl == 0 && mods&(shift|capsLock) != 0:
		key = string(unicode.ToUpper(r))
	case mods&ctrl == 0:
		key = string(r)
	case mods&shift == 0 && (r >= 'a' && r <= 'z' || r >= '@' && r <= '_' || r == ' '):
		key = string(r & 0x1F)
	}
	switch {
	case mods&alternate != 0:
		key = "\x1b" + key
	case key == "\x1b":
		return "", Escape{}
	}
	return key, nil
}
