package paste

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2025, 6, 10, 15, 55, 31, 0, time.UTC)

// session is a terminal's bytes on their way through a filter.
type session struct {
	filter filter
	now    time.Time
	keys   string
}

func newSession() *session { return &session{now: start, filter: filter{limit: 100}} }

// types feeds what one read brings, with nothing more to read behind it.
func (s *session) types(read string) {
	keys := s.filter.feed(nil, []byte(read), s.now)
	s.keys += string(s.filter.release(keys))
}

// saw tells keys and events in words, events where their tokens stand.
func (s *session) saw() string {
	var said strings.Builder
	parts := strings.Split(s.keys, token)
	for i, keys := range parts {
		said.WriteString(keys)
		if i == len(parts)-1 {
			break
		}
		switch event := s.filter.events[i].(type) {
		case Paste:
			fmt.Fprintf(&said, "<%s", event.Text)
			if event.Unfinished {
				said.WriteString("…")
			}
			said.WriteString(">")
		case Background:
			fmt.Fprintf(&said, "(%s)", event.Colour)
		}
	}
	if len(parts)-1 != len(s.filter.events) {
		fmt.Fprintf(&said, " and %d events in all", len(s.filter.events))
	}
	return said.String()
}

var streams = map[string]struct{ in, want string }{
	"keys":                        {"jk\x1b[A\x1bx\x1b", "jk\x1b[A\x1bx\x1b"},
	"a paste":                     {"\x1b[200~id\x1b[201~", "<id>"},
	"a paste among keys":          {"j\x1b[200~id\x1b[201~k", "j<id>k"},
	"two pastes":                  {"\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~", "<a><b>"},
	"an empty paste":              {"j\x1b[200~\x1b[201~k", "jk"},
	"a paste with lines and keys": {"\x1b[200~a\r\nq\x03\x1b[A\x1b[200~b\x1b\x1b[201~", "<a\r\nq\x03\x1b[A\x1b[200~b\x1b>"},
	"a paste of an end marker":    {"\x1b[200~a\x1b[201~b\x1b[201~", "<a>b\x1b[201~"}, // as terminals see it
	"a paste of our token":        {"\x1b[200~\x00\x1b[201~", "<\x00>"},
	"esc before a paste":          {"\x1b\x1b[200~a\x1b[201~", "\x1b<a>"},
	"almost a paste":              {"\x1b[20~\x1b[2~\x1b[201~\x1b[2001~", "\x1b[20~\x1b[2~\x1b[201~\x1b[2001~"},
	"mouse and focus":             {"\x1b[<64;10;20M\x1b[I\x1b[O", "\x1b[<64;10;20M\x1b[I\x1b[O"},
	"a reply ended by BEL":        {"j\x1b]11;rgb:1e1e/1e1e/2e2e\ak", "j(rgb:1e1e/1e1e/2e2e)k"},
	"a reply ended by ST":         {"j\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\k", "j(rgba:1e1e/1e1e/2e2e/ffff)k"},
	"half a reply, then an arrow": {"\x1b]11;rgb:1e1e/1e\x1b[A", "\x1b[A"},
	"half a reply, then a paste":  {"\x1bP>|tmux\x1b[200~id\x1b[201~", "<id>"},
	"half a reply, then ctrl+c":   {"\x1bP>|tmux\x03j", "\x03j"},
	"half a reply, then another":  {"\x1bP>|tm\x1b]11;rgb:e/e/e\aj", "(rgb:e/e/e)j"},
	"a reply of no colour":        {"\x1b]11;rgb:1e1e/1e1e/2e2e/3e3e/4e4e\aj", "j"},
	"an empty reply":              {"\x1b]11;\aj", "j"},
	"a reply on another colour":   {"j\x1b]10;rgb:ffff/ffff/ffff\ak\x1b]4;1;rgb:f/f/f\x1b\\l", "jkl"},
	"a reply of the clipboard":    {"j\x1b]52;c;dW5kbw==\x1b\\k", "jk"},
	"a reply of the name":         {"j\x1bP>|tmux 3.4\x1b\\k\x1bP!|7E565445\x1b\\l", "jkl"},
	"a reply on the abilities":    {"j\x1bP1+r544e=787465726d\x1b\\k\x1bP0+r\x1b\\l", "jkl"},
	"a reply on the settings":     {"j\x1bP1$r4 q\x1b\\k", "jk"},
	"replies of kitty's":          {"j\x1b_Gi=31;OK\x1b\\k\x1bP@kitty-cmd{\"ok\": true}\x1b\\l", "jkl"},
	"a reply in another alphabet": {"j\x1bP>|端末 1\x1b\\k", "jk"},
	"a reply with a BEL in it":    {"\x1bP>|tmux\aj", "\aj"},
	"replies that are harmless":   {"\x1b[?62;22c\x1b[12;40R\x1b[?2026;2$y", "\x1b[?62;22c\x1b[12;40R\x1b[?2026;2$y"},
	"almost a reply":              {"\x1bPk\x1bP1k\x1b_Gj\x1b]j\x1b];\x1b]12345;\x1bP\x1b", "\x1bPk\x1bP1k\x1b_Gj\x1b]j\x1b];\x1b]12345;\x1bP\x1b"},
	"esc before a reply":          {"\x1b\x1bP>|tmux\x1b\\j", "\x1bj"},
	"a reply inside a paste":      {"\x1b[200~i\x1b]11;rgb:e/e/e\ad\x1b[201~k", "(rgb:e/e/e)<id>k"},
	"a reply, then a paste's end": {"\x1b[200~id\x1b]11;rgb:e/e/e\x1b\\\x1b[201~", "(rgb:e/e/e)<id>"},
	"a reply and no paste":        {"\x1b[200~\x1b]11;rgb:e/e/e\a\x1b[201~k", "(rgb:e/e/e)k"},
	"half a reply inside a paste": {"\x1b[200~\x1b]11;rgb:e/e\x1b[201~", "<\x1b]11;rgb:e/e>"},
	"any reply inside a paste":    {"\x1b[200~i\x1bP>|tmux 3.4\x1b\\d\x1b]52;c;\a\x1b[201~k", "<id>k"},
	"a link inside a paste":       {"\x1b[200~\x1b]8;;http://h/id\x1b\\job\x1b]8;;\x1b\\\x1b[201~", "<\x1b]8;;http://h/id\x1b\\job\x1b]8;;\x1b\\>"},
	"two replies inside a paste":  {"\x1b[200~\x1b]11;\x1b]11;rgb:e/e/e\a\x1b]11;rgb:1/1/1\a\x1b[201~", "(rgb:1/1/1)<\x1b]11;>"},
}

func TestPastesAndRepliesAreTakenOutOfTheKeys(t *testing.T) {
	for name, c := range streams {
		t.Run(name, func(t *testing.T) {
			s := newSession()
			s.types(c.in)
			if got := s.saw(); got != c.want {
				t.Errorf("saw %q, want %q", got, c.want)
			}
		})
	}
}

// Wherever a read ends, the same comes out; but an esc, alone or with what markers go
// on with, doesn't wait to see whether it begins one.
func TestAStreamMayBeCutAnywhere(t *testing.T) {
	for name, c := range streams {
		for i := range len(c.in) {
			s := newSession()
			s.types(c.in[:i])
			s.types(c.in[i:])
			got := s.saw()
			if releasedEarly.MatchString(c.in[:i]) {
				if !isSubsequence(c.want, got) || len(got)-len(c.want) > 2 {
					t.Errorf("%s, cut at %d: saw %q, want %q and perhaps an esc", name, i, got, c.want)
				}
				continue
			}
			if got != c.want {
				t.Errorf("%s, cut at %d: saw %q, want %q", name, i, got, c.want)
			}
		}
	}
}

var releasedEarly = regexp.MustCompile(`\x1b[][P_]?$`)

func TestALoneEscDoesNotWait(t *testing.T) {
	for _, key := range []string{"\x1b", "\x1b[", "\x1b]", "\x1bP", "\x1b_", "\x1b\x1b"} {
		s := newSession()
		s.types("j")
		s.types(key)
		if got, want := s.saw(), "j"+key; got != want {
			t.Errorf("saw %q, want %q", got, want)
		}
		s.types("k")
		if got, want := s.saw(), "j"+key+"k"; got != want {
			t.Errorf("then %q, want %q", got, want)
		}
	}
}

// The line dropped while a paste came, and its end with it.
func TestAPasteWithoutEndDoesNotKillTheKeys(t *testing.T) {
	s := newSession()
	s.types("\x1b[200~one id, and half ano")
	s.now = s.now.Add(6 * time.Second)
	s.types("j")
	s.types("k")
	if got, want := s.saw(), "<one id, and half ano…>jk"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
}

func TestAPasteOverASlowLineIsOnePaste(t *testing.T) {
	s := newSession()
	s.types("\x1b[200~one")
	s.now = s.now.Add(4 * time.Second)
	s.types(" two")
	s.now = s.now.Add(9 * time.Second) // the line stalls, then brings much at once
	s.types(" three, and what was gathered meanwhile")
	s.now = s.now.Add(9 * time.Second) // or the end
	s.types("!\x1b[201")
	s.types("~")
	if got, want := s.saw(), "<one two three, and what was gathered meanwhile!>"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
}

func TestAPasteBeyondMeasureIsCutAndSaysSo(t *testing.T) {
	s := newSession()
	s.types("\x1b[200~")
	for range 101 { // the limit is 100 here
		s.types("x")
	}
	s.types("\x1b[201~j")
	paste, ok := s.filter.events[0].(Paste)
	if !ok || !paste.Truncated || len(paste.Text) != 100 || s.keys != token+"j" {
		t.Errorf("%d bytes, truncated: %v; keys %q", len(paste.Text), paste.Truncated, s.keys)
	}
}

// What replies look like to a regular expression.
const (
	byST      = `\x1bP(?:>\||!\||[01][+$]r|@kitty-cmd)|\x1b_G[iI]=` // those that only ST ends
	printable = `[^\x00-\x1f\x7f]*`
)

// reply is what of a paste is none of it, colour which of them tells the background's.
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

// oracleLimit is how much of a reply there may be without its end.
func oracleLimit(reply string) int {
	if strings.HasPrefix(reply, "\x1b]52;") {
		return 1 << 20
	}
	return 4096
}

func oraclePaste(text string) (said string) {
	text = reply.ReplaceAllStringFunc(text, func(whole string) string {
		m := reply.FindStringSubmatch(whole)
		if len(m[1]+m[2]) > oracleLimit(whole) {
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

// tokens is the filter as a regular expression over the whole stream.
var tokens = regexp.MustCompile(`(?s)\x1b\[200~(?P<paste>.*?)\x1b\[201~|` +
	`(?P<reply>\x1b\][0-9]{1,4};` + printable + `)(?P<end>\a|\x1b\\|)|` +
	`(?P<reply>(?:` + byST + `)` + printable + `)(?P<end>\x1b\\|)`)

func oracleStream(in string) string {
	var said strings.Builder
	for in != "" {
		m := tokens.FindStringSubmatchIndex(in)
		if open := strings.Index(in, pasteStart); open >= 0 && (m == nil || open < m[0]) {
			return said.String() + in[:open] // a paste under way
		}
		if m == nil {
			break
		}
		said.WriteString(in[:m[0]])
		if m[2] >= 0 {
			said.WriteString(oraclePaste(in[m[2]:m[3]]))
			in = in[m[1]:]
			continue
		}
		from, to := max(m[4], m[8]), max(m[5], m[9])
		text, rest := in[from:to], in[m[1]:]
		switch limit := oracleLimit(text); {
		case len(text) > limit:
			rest = text[limit:] + in[to:]
		case m[1] > to:
			said.WriteString(oracleColour(text))
		case rest == "" || rest == "\x1b":
			return said.String() // a reply under way
		}
		in = rest
	}
	return said.String() + in
}

func FuzzPastesAreTakenOutWhereverReadsEnd(f *testing.F) {
	for _, c := range streams {
		f.Add(c.in, uint64(0))
		f.Add(c.in, ^uint64(0))
		f.Add(c.in, uint64(0x5555555555555555))
	}
	for _, of := range []string{"\x1b[200~\x1bP>|", "\x1bP>|", "\x1b]10;"} {
		for n := 4096 - len(of); n < 4096+10; n += 5 {
			f.Add(of+strings.Repeat("u", n)+"\x1b\\\x1b[201~j", uint64(1<<13))
		}
	}
	f.Fuzz(func(t *testing.T, in string, cuts uint64) {
		if strings.Contains(in, token) {
			t.Skip("the test couldn't tell the token in the keys")
		}
		held, released := newSession(), newSession()
		held.filter.limit, released.filter.limit = len(in), len(in)
		for from := 0; from < len(in); {
			to := from + 1
			for to < len(in) && cuts>>(to%64)&1 == 0 {
				to++
			}
			read := in[from:to]
			busy := held.filter.busy()
			keys := held.filter.feed(nil, []byte(read), held.now)
			if len(keys) > len(read)+overhead || !busy && len(keys) > len(read) {
				t.Errorf("%d bytes became %d keys", len(read), len(keys))
			}
			held.keys += string(keys)
			released.types(read)
			from = to
		}
		held.keys += string(held.filter.tail)[held.filter.sent:]
		if held.filter.in != inKeys {
			held.keys = strings.TrimSuffix(held.keys, string(held.filter.tail))
		}
		got, want := held.saw(), oracleStream(in)
		if strings.Contains(want, token) {
			t.Skip("nor what becomes one without the reply in it")
		}
		if got != want {
			t.Errorf("%q, cut by %x: saw %q, want %q", in, cuts, got, want)
		}
		if fmt.Sprint(released.filter.events) != fmt.Sprint(held.filter.events) {
			t.Errorf("%q: releasing keys early changed the events", in)
		}
	})
}

func isSubsequence(of, s string) bool {
	for i := 0; i < len(s) && of != ""; i++ {
		if s[i] == of[0] {
			of = of[1:]
		}
	}
	return of == ""
}
