package keyboard

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

// oracle is the filter again, for input that comes at once: what it makes of it, in a
// session's words. It finds the ends of keys and sequences byte by byte.
func oracle(in string) string {
	whole := in[:len(in)-halfRune([]byte(in))]
	o := &reader{in: whole}
	for o.in != "" {
		n := o.next()
		if n == 0 {
			break
		}
		o.in = o.in[n:]
	}
	o.flush()
	switch half := o.in; {
	case len(whole) < len(in):
	case half == "\x1b\x1b":
		o.said.WriteString("esc \x1b")
	case half == "\x1b" || len(half) == 2 && strings.IndexByte("[O]P_^X", half[1]) >= 0:
		o.said.WriteString(half)
	}
	return o.said.String()
}

type reader struct {
	in   string
	said strings.Builder
	text string // that came at once
}

// next describes what in begins with, and returns its length, 0 if only its beginning is there.
func (o *reader) next() int {
	in := o.in
	switch {
	case in[0] != esc && !ends(in[0]):
		o.text += in[:1]
		return 1
	case in[0] != esc:
		o.flush()
		o.said.WriteByte(in[0])
		return 1
	case strings.HasPrefix(in, pasteStart):
		o.flush()
		text, _, ended := strings.Cut(in[len(pasteStart):], pasteEnd)
		if !ended {
			return len(in)
		}
		o.said.WriteString(oraclePaste(text))
		return len(pasteStart) + len(text) + len(pasteEnd)
	case len(in) > 2 && isIntroducer(in[1]):
		return o.string()
	case len(in) == 1, len(in) == 2 && (in[1] == esc || strings.IndexByte("[O]P_^X", in[1]) >= 0):
		return 0
	}
	n := sequence(in)
	if n == 0 {
		return 0
	}
	key, event := translate(in[:n])
	if key != "" || event != nil {
		o.flush()
	}
	switch event := event.(type) {
	case Escape:
		o.said.WriteString("esc ")
	case Focus:
		fmt.Fprintf(&o.said, "focus %v ", event.In)
	}
	o.said.WriteString(key)
	return n
}

func ends(b byte) bool { return b < ' ' && !strings.ContainsRune("\t\r\n", rune(b)) || b == 0x7F }

func isIntroducer(b byte) bool { return strings.IndexByte("]P_^X", b) >= 0 }

// string describes a string, if it is a reply.
func (o *reader) string() int {
	for n := 2; n < len(o.in); n++ {
		switch b := o.in[n]; {
		case !ends(b):
			continue
		case b == esc && len(o.in) == n+1:
			return 0
		case b == esc && o.in[n+1] == '\\', b == '\a' && o.in[1] == ']':
			o.said.WriteString(oracleColour(o.in[:n]))
			return n + 1 + strings.IndexByte("\a\x1b", b)
		}
		return n
	}
	return 0
}

// sequence returns the length of another sequence, or of a key with alt.
func sequence(in string) int {
	body := in[1:]
	switch {
	case body[0] == '[' && len(body) > 1 && body[1] == 'M':
		return x10(in)
	case body[0] == '[' && len(body) > 1 && body[1] == '[':
		switch {
		case len(body) == 2:
			return 0
		case body[2] >= ' ' && body[2] <= '~':
			return 4
		}
		return 3
	case body[0] == '[', body[0] == 'O':
		for n, b := range []byte(body[1:]) {
			so := body[1 : 1+n]
			switch digits := strings.Trim(so, "0123456789") == ""; {
			case b < ' ' || b > '~':
				return 2 + n
			case body[0] == 'O' && (b == ';' || b >= '0' && b <= '9'):
			case body[0] == 'O', b >= '@', b == '$' && digits && (n == 1 || n == 2):
				return 2 + n + 1
			}
		}
		return 0
	case body[0] != esc:
		_, n := utf8.DecodeRuneInString(body)
		return 1 + n
	case strings.HasPrefix(body, pasteStart), len(body) > 1 && isIntroducer(body[1]):
		return 1
	case len(body) > 1 && body[1] != '[' && body[1] != 'O':
		return 2
	case len(body) == 2:
		return 0
	}
	n := sequence(body)
	if n == 0 {
		return 0
	}
	return 1 + n
}

// x10 is sequence for a mouse report of three characters.
func x10(in string) int {
	n := len("\x1b[M")
	for range 3 {
		_, size := utf8.DecodeRuneInString(in[n:])
		switch {
		case size == 0:
			return 0
		case in[n] < ' ':
			return n
		}
		n += size
	}
	return n
}

var lineEndBeforeText = regexp.MustCompile(`[\r\n][^\r\n]`)

// flush describes the text that came at once.
func (o *reader) flush() {
	different := map[rune]bool{}
	for _, r := range o.text {
		different[r] = true
	}
	switch n := utf8.RuneCountInString(o.text); {
	case n >= 6 && len(different) > 2, lineEndBeforeText.MatchString(o.text), len(o.text) >= idLen && len(ids.Find(o.text).IDs) > 0:
		o.said.WriteString("<" + o.text + ">")
	case n > 1:
		o.said.WriteString("{" + o.text + "}")
	default:
		o.said.WriteString(o.text)
	}
	o.text = ""
}

func oracleColour(reply string) string {
	colour, _ := strings.CutPrefix(reply, "\x1b]11;rgb")
	channels := strings.Split(strings.TrimPrefix(colour, "a"), "/")
	if len(channels) != 3 && len(channels) != 4 || !strings.HasPrefix(channels[0], ":") {
		return ""
	}
	channels[0] = channels[0][1:]
	for _, c := range channels {
		if len(c) < 1 || len(c) > 4 || strings.Trim(c, "0123456789abcdefABCDEF") != "" {
			return ""
		}
	}
	return map[bool]string{true: "(dark)", false: "(light)"}[isDark(channels)]
}

// oraclePaste describes a paste, from which it cuts one reply after the other.
func oraclePaste(text string) (said string) {
	rest := ""
	for text != "" {
		n := strings.IndexFunc(text[1:], func(r rune) bool { return r < ' ' || r == 0x7F }) + 1
		end := 0
		switch after := text[n:]; {
		case n == 0 || !beginsReply(text[:n]):
		case strings.HasPrefix(after, "\x1b\\"):
			end = 2
		case after[0] == '\a' && text[1] == ']':
			end = 1
		}
		if end == 0 {
			rest, text = rest+text[:1], text[1:]
			continue
		}
		if colour := oracleColour(text[:n]); colour != "" {
			said = colour // the last one counts
		}
		text = text[n+end:]
	}
	if rest != "" {
		said += "<" + rest + ">"
	}
	return said
}

func beginsReply(text string) bool {
	for start := range strings.FieldsSeq("]4; ]5; ]10; ]11; ]12; ]13; ]14; ]15; ]16; ]17; ]18; ]19; ]52; P>| P!| P0+r P1+r P0$r P1$r P@kitty-cmd _Gi= _GI=") {
		if strings.HasPrefix(text, "\x1b"+start) {
			return true
		}
	}
	return false
}
