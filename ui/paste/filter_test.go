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
	"half a reply, then keys":     {"\x1b]11;rgb:1e1e/1ejk", "jk"},
	"half a reply, then an arrow": {"\x1b]11;rgb:1e1e/1e\x1b[A", "\x1b[A"},
	"a reply that never ends":     {"\x1b]11;rgb:1e1e/1e1e/2e2e/3e3e/4e4e\a", "4e4e\a"},
	"an empty reply":              {"\x1b]11;\aj", "j"},
	"another reply":               {"\x1b]10;rgb:1/1/1\a", "\x1b]10;rgb:1/1/1\a"},
	"a reply inside a paste":      {"\x1b[200~i\x1b]11;rgb:e/e/e\ad\x1b[201~k", "(rgb:e/e/e)<id>k"},
	"a reply, then a paste's end": {"\x1b[200~id\x1b]11;rgb:e/e/e\x1b\\\x1b[201~", "(rgb:e/e/e)<id>"},
	"a reply and no paste":        {"\x1b[200~\x1b]11;rgb:e/e/e\a\x1b[201~k", "(rgb:e/e/e)k"},
	"half a reply inside a paste": {"\x1b[200~\x1b]11;rgb:e/e\a\x1b[201~", "<\x1b]11;rgb:e/e\a>"},
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

// Wherever a read ends, the same comes out; but an esc, alone or with a bracket,
// doesn't wait to see whether it begins a paste.
func TestAStreamMayBeCutAnywhere(t *testing.T) {
	for name, c := range streams {
		for i := range len(c.in) {
			s := newSession()
			s.types(c.in[:i])
			s.types(c.in[i:])
			got := s.saw()
			if strings.HasSuffix(c.in[:i], "\x1b") || strings.HasSuffix(c.in[:i], "\x1b[") || strings.HasSuffix(c.in[:i], "\x1b]") {
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

func TestALoneEscDoesNotWait(t *testing.T) {
	for _, key := range []string{"\x1b", "\x1b[", "\x1b]", "\x1b\x1b"} {
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

func TestHalfAReplyDoesNotKillTheKeys(t *testing.T) {
	s := newSession()
	s.types("\x1b]11;rgb:1e")
	s.now = s.now.Add(6 * time.Second)
	s.types("g")
	if got, want := s.saw(), "g"; got != want {
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

// reply is what of a paste is none of it.
var reply = regexp.MustCompile(`\x1b\]11;([0-9a-fA-Frg:/]{9,24})(?:\a|\x1b\\)`)

func oraclePaste(text string) (said string) {
	if all := reply.FindAllStringSubmatch(text, -1); all != nil {
		said = "(" + all[len(all)-1][1] + ")"
	}
	if text = reply.ReplaceAllString(text, ""); text != "" {
		said += "<" + text + ">"
	}
	return said
}

// tokens is the filter as a regular expression over the whole stream.
var tokens = regexp.MustCompile(`(?s)\x1b\[200~(?P<paste>.*?)\x1b\[201~|` +
	`\x1b\]11;(?P<colour>[0-9a-fA-Frg:/]{0,24})(?P<end>\a|\x1b\\|)`)

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
		switch {
		case m[2] >= 0 && m[2] < m[3]:
			said.WriteString(oraclePaste(in[m[2]:m[3]]))
		case m[2] >= 0:
		case m[6] < m[7]:
			if m[5]-m[4] >= minColour {
				fmt.Fprintf(&said, "(%s)", in[m[4]:m[5]])
			}
		case m[7] == len(in) || in[m[7]:] == "\x1b":
			return said.String() // a reply under way
		}
		in = in[m[1]:]
	}
	return said.String() + in
}

func FuzzPastesAreTakenOutWhereverReadsEnd(f *testing.F) {
	for _, c := range streams {
		f.Add(c.in, uint64(0))
		f.Add(c.in, ^uint64(0))
		f.Add(c.in, uint64(0x5555555555555555))
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
