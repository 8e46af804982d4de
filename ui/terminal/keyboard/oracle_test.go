package keyboard

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"example.com/jobwatch/ui/ids"
)

// machine is the filter again, as a state machine that reads byte by byte.
type machine struct {
	said  strings.Builder // in a session's words
	in    string          // the state
	again bool            // the byte is not of what it ended
	seq   []byte          // the sequence under way
	text  []byte          // that came at once
	open  bool            // text came last
	whole int             // how much of text came before the last sequence
	paste []byte
	left  int // how many values an X10 mouse report lacks
}

func oracle(in string) string {
	m := &machine{in: "ground"}
	for i := range len(in) {
		m.open = false
		for m.again = true; m.again; {
			m.again = false
			m.step(in[i])
		}
	}
	m.end()
	return m.said.String()
}

func (m *machine) step(b byte) {
	switch m.in {
	case "ground":
		m.ground(b)
	case "esc":
		m.escape(b)
	case "alt":
		m.alt(b)
	case "introduced":
		m.to("string", true)
	case "string":
		m.string(b)
	case "string's end":
		if b == '\\' {
			m.endString()
			return
		}
		m.seq = []byte{esc}
		m.to("esc", true)
	case "csi":
		m.csi(b)
	case "console":
		m.single(b, b >= ' ' && b <= '~', true)
	case "x10":
		m.x10(b)
	case "x10's second byte":
		if b < 0x80 || b > 0xBF {
			m.to("x10", true)
			return
		}
		m.in = "x10"
		m.single(b, true, m.left == 0)
	case "ss3":
		m.single(b, b >= ' ' && b <= '~', (b < '0' || b > '9') && b != ';')
	case "paste":
		m.paste = append(m.paste, b)
		if text, ended := strings.CutSuffix(string(m.paste), pasteEnd); ended {
			m.said.WriteString(oraclePaste(text))
			m.in = "ground"
		}
	}
}

func (m *machine) to(state string, again bool) { m.in, m.again = state, again }

func ends(b byte) bool { return b < ' ' && !strings.ContainsRune("\t\r\n", rune(b)) || b == 0x7F }

func (m *machine) ground(b byte) {
	switch {
	case b == esc:
		m.seq, m.whole = []byte{esc}, len(m.text)
		m.in = "esc"
	case ends(b):
		m.flush()
		m.said.WriteByte(b)
	default:
		m.text, m.open = append(m.text, b), true
	}
}

// single processes a byte that may belong to the sequence, and may end it.
func (m *machine) single(b byte, belongs, last bool) {
	if belongs {
		m.seq = append(m.seq, b)
	}
	if !belongs || last {
		m.key(!belongs)
	}
}

func (m *machine) escape(b byte) {
	switch {
	case b == '[':
		m.to("csi", false)
	case b == 'O':
		m.to("ss3", false)
	case strings.IndexByte("]P_^X", b) >= 0:
		if len(m.seq) == 2 { // esc came twice
			m.seq = m.seq[1:]
			m.flush()
			m.said.WriteString("esc ")
		}
		m.to("introduced", false)
	case len(m.seq) == 2: // esc twice
		m.key(true)
		return
	case b >= utf8.RuneSelf:
		m.to("alt", true)
		return
	case b != esc:
		m.seq = append(m.seq, b)
		m.key(false)
		return
	}
	m.seq = append(m.seq, b)
}

func (m *machine) alt(b byte) {
	m.seq = append(m.seq, b)
	if !utf8.FullRune(m.seq[1:]) {
		return
	}
	_, n := utf8.DecodeRune(m.seq[1:])
	rest := m.seq[1+n:]
	m.seq = m.seq[:1+n]
	m.key(len(rest) > 0)
	for _, c := range rest[:max(len(rest)-1, 0)] {
		m.ground(c)
	}
}

func (m *machine) string(b byte) {
	switch {
	case b == esc:
		m.in = "string's end"
	case b == '\a' && m.seq[1] == ']':
		m.endString()
	case ends(b):
		m.to("ground", true)
	default:
		m.seq = append(m.seq, b)
	}
}

func (m *machine) endString() {
	m.said.WriteString(oracleColour(string(m.seq)))
	m.in = "ground"
}

var urxvts = regexp.MustCompile(`^\d\d?$`)

func (m *machine) csi(b byte) {
	body := strings.TrimLeft(string(m.seq), "\x1b")[1:]
	m.single(b, b >= ' ' && b <= '~', false)
	switch {
	case m.again:
	case body == "" && b == 'M':
		m.left, m.in = 3, "x10"
	case body == "" && b == '[':
		m.in = "console"
	case strings.HasSuffix(string(m.seq), pasteStart):
		m.flush()
		if len(m.seq) > len(pasteStart) {
			m.said.WriteString("esc ")
		}
		m.paste, m.in = nil, "paste"
	case b >= '@', b == '$' && urxvts.MatchString(body):
		m.key(false)
	}
}

func (m *machine) x10(b byte) {
	if m.left == 0 || b < ' ' {
		m.key(true)
		return
	}
	m.left--
	if b >= 0xC2 && b <= 0xDF {
		m.in = "x10's second byte"
	}
	m.single(b, true, m.left == 0 && m.in == "x10")
}

// key ends a sequence.
func (m *machine) key(again bool) {
	key, event := translate(string(m.seq))
	if key != "" || event != nil {
		m.flush()
	}
	switch event := event.(type) {
	case Escape:
		m.said.WriteString("esc ")
	case Focus:
		fmt.Fprintf(&m.said, "focus %v ", event.In)
	}
	m.said.WriteString(key)
	m.to("ground", again)
}

var lineEndBeforeText = regexp.MustCompile(`[\r\n][^\r\n]`)

// flush describes the text that came at once.
func (m *machine) flush() {
	text := string(m.text)
	m.text, m.whole = nil, 0
	different := map[rune]bool{}
	for _, r := range text {
		different[r] = true
	}
	switch n := utf8.RuneCountInString(text); {
	case n >= 6 && len(different) > 2, lineEndBeforeText.MatchString(text), len(text) >= idLen && len(ids.Find(text).IDs) > 0:
		m.said.WriteString("<" + text + ">")
	case n > 1:
		m.said.WriteString("{" + text + "}")
	default:
		m.said.WriteString(text)
	}
}

// end describes what is left when nothing follows.
func (m *machine) end() {
	if m.open {
		for n := 1; n < min(utf8.UTFMax, len(m.text)-m.whole+1); n++ {
			if last := m.text[len(m.text)-n:]; utf8.RuneStart(last[0]) {
				if !utf8.FullRune(last) {
					m.text = m.text[:len(m.text)-n]
				}
				break
			}
		}
	}
	if m.in != "paste" {
		m.flush()
	}
	switch {
	case m.in == "esc":
		m.said.WriteString(strings.Repeat("esc ", len(m.seq)-1) + "\x1b")
	case (m.in == "csi" || m.in == "ss3" || m.in == "introduced") && len(m.seq) == 2:
		m.said.Write(m.seq)
	}
}

// Replies inside pastes, as regular expressions.
const (
	byST      = `\x1bP(?:>\||!\||[01][+$]r|@kitty-cmd)|\x1b_G[iI]=` // those that only ST ends
	printable = `[^\x00-\x1f\x7f]*`
)

// reply matches replies inside a paste, colour those with the background's colour.
var (
	reply = regexp.MustCompile(`(\x1b\](?:[45]|1[0-9]|52);` + printable + `)(?:\a|\x1b\\)|` +
		`((?:` + byST + `)` + printable + `)\x1b\\`)
	colour = regexp.MustCompile(`^\x1b\]11;([0-9a-fA-Frg:/]{9,24})$`)
)

func oracleColour(reply string) string {
	if m := colour.FindStringSubmatch(reply); m != nil {
		return "(" + m[1] + ")"
	}
	return ""
}

func oraclePaste(text string) (said string) {
	text = reply.ReplaceAllStringFunc(text, func(whole string) string {
		m := reply.FindStringSubmatch(whole)
		limit := 4096
		if strings.HasPrefix(whole, "\x1b]52;") {
			limit = 1 << 20
		}
		if len(m[1]+m[2]) > limit {
			return whole
		}
		if colour := oracleColour(m[1]); colour != "" {
			said = colour // the last one counts
		}
		return ""
	})
	if text != "" {
		said += "<" + text + ">"
	}
	return said
}
