package keyboard

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const esc = '\x1b'

// maxSequence is how long a sequence may be that is a key or a mouse report, in bytes.
// Longer ones are read to their end and dropped.
const maxSequence = 64

// Bubble Tea 1.3.10 reads a sequence that it doesn't know as alt and a letter followed by
// letters, each of which may be a command. It is therefore given only keys that it knows, in
// a form that it can't misread.

// translate returns what a whole sequence means: a key or a mouse report, never longer than
// the sequence, or an event, or nothing.
func translate(sequence string) (key string, event Event) {
	switch {
	case sequence == "\x1b", sequence == "\x1b\x1b":
		return "", Escape{}
	case len(sequence) > maxSequence:
		return "", nil
	}
	switch sequence[1] {
	case '[':
		return control(sequence)
	case 'O':
		return keypad(sequence[2:]), nil
	case esc:
		return afterAlt(sequence[1:])
	}
	return alt(sequence[1:]), nil
}

// alt returns the key of alt and a character, "" if Bubble Tea would read it as the
// beginning of another key, or as the token.
func alt(char string) string {
	switch r, _ := utf8.DecodeRuneInString(char); r {
	case utf8.RuneError, 0, esc, '[', 'O':
		return ""
	}
	return "\x1b" + char
}

// afterAlt is translate for a sequence after an esc, which some terminals send for alt.
// Bubble Tea knows that for keys without modifiers; other keys are dropped, and mouse reports
// lose the esc.
func afterAlt(sequence string) (key string, event Event) {
	key, event = translate(sequence)
	switch {
	case strings.HasPrefix(key, "\x1b[M"), strings.HasPrefix(key, "\x1b[<"):
	case len(key) == 3 && strings.IndexByte("ABCDFHZPQRS", key[2]) >= 0:
		key = "\x1b" + key
	case len(key) == 4 && key[2] >= '1' && key[2] <= '8' && key[3] == '~':
		key = "\x1b" + key
	default:
		key = ""
	}
	return key, event
}

// control is translate for control sequences: ESC [, parameters, and a final byte.
func control(sequence string) (key string, event Event) {
	switch sequence {
	case "\x1b[": // cut off
		return "", nil
	case "\x1b[I", "\x1b[O":
		return "", Focus{In: sequence == "\x1b[I"}
	case "\x1b[Z", "\x1b[a", "\x1b[b", "\x1b[c", "\x1b[d", "\x1b[7$", "\x1b[8$", // the last six are urxvt's
		"\x1b[[A", "\x1b[[B", "\x1b[[C", "\x1b[[D", "\x1b[[E": // the Linux console's
		return sequence, nil
	}
	body, final := sequence[2:len(sequence)-1], sequence[len(sequence)-1]
	fields := strings.Split(body, ";")
	switch {
	case isMouse(sequence), (final == '^' || final == '@') && isKeyNumber(body): // urxvt's, with ctrl
		return sequence, nil
	case sequence[2] == 'M', len(fields) > 3:
		return "", nil
	}
	fields = append(fields, "", "")
	mods, pressed := modifiers(fields[1])
	switch {
	case !pressed:
		return "", nil
	case final == 'u':
		return unicodeKey(fields[0], mods, fields[2])
	case final == '~' && fields[0] == "27" && fields[2] != "": // xterm's modifyOtherKeys
		return chord(number(fields[2]), mods)
	case fields[2] != "":
		return "", nil
	case final == '~' && isKeyNumber(fields[0]),
		strings.IndexByte("ABCDEFHPQRS", final) >= 0 && (body == "" || fields[0] == "1"):
		return functional(fields[0]+string(final), mods), nil
	}
	return "", nil
}

// isMouse reports whether a control sequence is a mouse report in X10's form, or in SGR's:
// ESC [ < button ; column ; row M, or m.
func isMouse(sequence string) bool {
	report, isSGR := strings.CutPrefix(sequence, "\x1b[<")
	if !isSGR {
		return sequence[2] == 'M' && len(sequence) == len("\x1b[M")+3
	}
	fields := strings.Split(strings.TrimRight(report, "Mm"), ";")
	return len(fields) == 3 && strings.ContainsAny(report, "Mm") &&
		!slices.ContainsFunc(fields, func(f string) bool { return number(f) < 0 })
}

// isKeyNumber reports whether s may be the number of a key, such as insert in ESC [ 2 ~.
func isKeyNumber(s string) bool { return len(s) <= 2 && number(s) > 0 && number(s) <= 34 }

// number returns s as a number, -1 if it is none.
func number(s string) rune {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return -1
	}
	return rune(n)
}

// The modifiers as xterm and kitty number them; a sequence has their sum and one.
const (
	shift = 1 << iota
	alternate
	ctrl
	super
	hyper
	meta
	capsLock
	numLock
)

// modifiers reads a parameter such as 5 or 5:3, which is one more than the sum of the
// modifiers, and perhaps an event type. The key counts as pressed unless it was released, or
// super or hyper were held, which no key of ours uses.
func modifiers(field string) (mods int, pressed bool) {
	sum, kind, _ := strings.Cut(field, ":")
	if sum != "" {
		mods = int(number(sum)) - 1
	}
	const released = "3"
	if mods < 0 || kind == released || mods&(super|hyper) != 0 {
		return 0, false
	}
	if mods&meta != 0 {
		mods |= alternate
	}
	return mods &^ (meta | numLock), true
}

// functional returns the sequence of a key given its name, such as 1A for the arrow up
// and 5~ for page up.
func functional(name string, mods int) string {
	mods &= shift | alternate | ctrl
	number, final := name[:len(name)-1], name[len(name)-1:]
	switch {
	case mods != 0 && number != "":
		return "\x1b[" + number + ";" + strconv.Itoa(mods+1) + final
	case mods != 0:
		return ""
	case final == "~":
		return "\x1b[" + name
	case final >= "P":
		return "\x1bO" + final
	}
	return "\x1b[" + final
}

// keypad is translate for ESC O, perhaps modifiers, and a character: arrows, function keys,
// and keys of the keypad in application mode.
func keypad(rest string) string {
	if rest == "" {
		return "" // cut off
	}
	mods, final := rest[:len(rest)-1], rest[len(rest)-1]
	if mods == "" && strings.IndexByte("ABCDFHPQRS", final) >= 0 {
		return functional(rest, 0)
	}
	if mods != "" && mods != "2" { // shift
		return ""
	}
	const first, keys = 'j', "*+,-./0123456789"
	switch {
	case final >= first && int(final-first) < len(keys):
		return keys[final-first:][:1]
	case final == 'X':
		return "="
	case final == 'M':
		return "\r"
	case final == 'I':
		return "\t"
	case final == ' ':
		return " "
	}
	return ""
}

// unicodeKey is translate for ESC [ code ; modifiers ; text u, of kitty's protocol. The
// code may have two others with it: that of the shifted key, and that of the key in its
// place on a Latin keyboard.
func unicodeKey(code string, mods int, text string) (key string, event Event) {
	codes := append(strings.Split(code, ":"), "", "")
	name := kittyKey(number(codes[0]))
	switch {
	case len(name) > 1:
		return functional(name, mods), nil
	case name != "":
		return chord(rune(name[0]), mods)
	case mods&ctrl != 0 && codes[2] != "":
		code = codes[2]
	case mods&(ctrl|alternate) == 0 && text != "":
		code, mods = text, 0
	case mods&shift != 0 && codes[1] != "":
		code, mods = codes[1], mods&^(shift|capsLock)
	default:
		code = codes[0]
	}
	return chord(number(code), mods)
}

// kittyKey returns the key that has a number of its own in kitty's protocol: a character, or
// a name for functional. It is "" for other numbers and unsupported keys.
func kittyKey(code rune) string {
	for _, row := range [...]struct {
		first rune
		keys  []string
	}{
		{57344, []string{"\x1b", "\r", "\t", "\x7f", "2~", "3~", "1D", "1C", "1A", "1B", "5~", "6~", "1H", "1F"}},
		{57376, []string{"25~", "26~", "28~", "29~", "31~", "32~", "33~", "34~"}}, // f13 to f20
		{57399, strings.Split("0123456789./*-+\r=,", "")},                         // the keypad's
		{57417, []string{"1D", "1C", "1A", "1B", "5~", "6~", "1H", "1F", "2~", "3~"}},
	} {
		if n := int(code - row.first); n >= 0 && n < len(row.keys) {
			return row.keys[n]
		}
	}
	return ""
}

// chord returns the key of a character and modifiers. Ctrl, shift and a letter is no key:
// terminals use it, such as ctrl+shift+c to copy.
func chord(r rune, mods int) (key string, event Event) {
	switch {
	case r == '\t' && mods&shift != 0:
		key = "\x1b[Z"
	case r == '\r', r == '\t', r == '\b', r == 0x7F:
		key = string(r)
	case r == esc && mods&ctrl == 0:
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
		return alt(key), nil
	case key == "\x1b":
		return "", Escape{}
	}
	return key, nil
}

// introduces reports whether b after an esc begins a sequence: CSI, SS3, or one of the
// strings OSC, DCS, APC, PM and SOS.
func introduces(b byte) bool { return strings.IndexByte("[O]P_^X", b) >= 0 }

// sequenceLen returns the length of the key or sequence at the start of data, which begins
// with an esc; of a string, that of its introducer. It returns 0 for half a sequence. A byte
// that can't be part of a sequence ends it.
func sequenceLen(data []byte) int {
	if len(data) == 1 {
		return 0
	}
	switch b := data[1]; {
	case len(data) == 2 && (introduces(b) || b == esc):
		return 0
	case b == '[':
		return csiLen(data)
	case b == 'O':
		return ss3Len(data)
	case introduces(b):
		return 2
	case b == esc:
		return escEscLen(data)
	case !utf8.FullRune(data[1:]):
		return 0
	}
	_, n := utf8.DecodeRune(data[1:])
	return 1 + n
}

// escEscLen is sequenceLen for two escs: alt and a sequence, else one esc before a paste or
// a string, or two, as of a held key.
func escEscLen(data []byte) int {
	switch b := data[2]; {
	case b == '[' || b == 'O':
		n := sequenceLen(data[1:])
		switch {
		case n == 0:
			return 0
		case string(data[1:1+n]) == pasteStart:
			return 1
		}
		return 1 + n
	case introduces(b):
		return 1
	}
	return 2
}

// csiLen is sequenceLen for ESC [, parameters and a final byte, and for the kinds that break
// that rule: old mouse reports (ESC [ M and three bytes), the Linux console's function keys
// (ESC [ [ A), and urxvt's keys with shift (ESC [ 7 $).
func csiLen(data []byte) int {
	switch data[2] {
	case 'M':
		return x10Len(data)
	case '[':
		switch {
		case len(data) == 3:
			return 0
		case isPrintable(data[3]):
			return 4
		}
		return 3
	}
	digits := 0
	for n, b := range data[2:] {
		switch {
		case b >= '@' && b <= '~', b == '$' && n == digits && (n == 1 || n == 2):
			return 2 + n + 1
		case !isPrintable(b):
			return 2 + n
		case isDigit(b):
			digits++
		}
	}
	return 0
}

// x10Len is sequenceLen for ESC [ M and three bytes other than controls. A program may have
// requested two-byte characters, for columns and rows above 95 (mode 1005).
func x10Len(data []byte) int {
	n := len("\x1b[M")
	for range 3 {
		rest := data[n:]
		switch {
		case len(rest) == 0:
			return 0
		case rest[0] < ' ':
			return n
		case rest[0] >= 0xC2 && rest[0] <= 0xDF:
			if len(rest) == 1 {
				return 0
			}
			if !utf8.RuneStart(rest[1]) {
				n++
			}
		}
		n++
	}
	return n
}

// ss3Len is sequenceLen for ESC O, perhaps modifiers, and a character.
func ss3Len(data []byte) int {
	for n, b := range data[2:] {
		switch {
		case isDigit(b) || b == ';':
		case isPrintable(b):
			return 2 + n + 1
		default:
			return 2 + n
		}
	}
	return 0
}

func isPrintable(b byte) bool { return b >= ' ' && b <= '~' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
