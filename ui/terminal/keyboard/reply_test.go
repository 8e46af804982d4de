package keyboard

import (
	"strings"
	"testing"
	"time"
)

// After a paste comes the reply to a query of vim, which has ended: the u of tmux would undo
// the paste.
func TestALateReplyIsNotTyped(t *testing.T) {
	for _, reply := range []string{
		"\x1bP>|tmux 3.4\x1b\\",
		"\x1bP1+r436f=323536\x1b\\",
		"\x1b]10;rgb:ffff/ffff/ffff\a",
		"\x1b]52;c;cXVpdA==\a",
		"\x1b_Gi=31;ENOENT:unknown\x1b\\",
	} {
		for i := range len(reply) {
			s := newSession()
			s.types("\x1b[200~id\x1b[201~j")
			s.types(reply[:i])
			s.now = s.now.Add(9 * time.Second) // the line stalls, and brings the rest
			s.types(reply[i:])
			s.types("k")
			got := strings.Replace(s.saw(), reply[:min(i, 2)], "", 1) // a key, for all one knew
			if want := "<id>jk"; got != want {
				t.Errorf("%q, stalled at %d: saw %q, want %q", reply, i, got, want)
			}
		}
		s := newSession()
		s.types("j")
		for i := range len(reply) {
			s.keys += string(s.filter.feed(nil, []byte(reply[i:i+1]), s.now))
		}
		s.types("k")
		if got, want := s.saw(), "jk"; got != want {
			t.Errorf("%q, byte by byte: saw %q, want %q", reply, got, want)
		}
	}
}

// A person presses alt and a letter that begins replies, and goes on typing.
func TestKeysThatRepliesBeginWithAreKeys(t *testing.T) {
	for _, keys := range [][]string{
		{"\x1bP", "u", "j"},
		{"\x1bP", ">", "j"},
		{"\x1bP", "!", "!"},
		{"\x1bP", "1", "?"},
		{"\x1b_", "G", "k"},
		{"\x1b]", "1", "\r"},
	} {
		s := newSession()
		typed := ""
		for _, key := range keys {
			s.types(key)
			s.now = s.now.Add(100 * time.Millisecond)
			typed += key
			if got := s.saw(); got != typed {
				t.Errorf("after %q: saw %q", typed, got)
			}
		}
	}
}

// Half a reply came, and the rest never comes.
func TestAReplyWithoutEndDoesNotKillTheKeys(t *testing.T) {
	for _, half := range []string{"\x1b]11;rgb:1e", "\x1bP>|tmu", "\x1bP>|tmux\x1b", "\x1b]52;c;"} {
		s := newSession()
		s.types(half)
		s.now = s.now.Add(pause)
		s.types("g")
		s.types("\x1b[A")
		s.types("u")
		if got, want := s.saw(), "g\x1b[Au"; got != want {
			t.Errorf("after %q: saw %q, want %q", half, got, want)
		}
	}
}

func TestAReplyOverASlowLineIsOneReply(t *testing.T) {
	s := newSession()
	s.types("\x1bP>|XTerm")
	s.now = s.now.Add(4 * time.Second)
	s.types(" of a vendor who has much to say")
	s.now = s.now.Add(9 * time.Second)
	s.types("u\x1b\\j")
	if got, want := s.saw(), "j"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
}

// However long a reply, none of it is typed.
func TestAReplyOfAnyLengthIsNotTyped(t *testing.T) {
	for reply, want := range map[string]string{
		"\x1bP>|" + strings.Repeat("u", 4092) + "\x1b\\":      "j",
		"\x1bP>|" + strings.Repeat("u", 4095) + "\x1b\\":      "j",
		"\x1b]52;c;" + strings.Repeat("dXV1", 1000) + "\a":    "j",
		"\x1b]52;c;" + strings.Repeat("dXV1", 100_000) + "\a": "j",
	} {
		s := newSession()
		for i := 0; i < len(reply); i += 100 {
			s.types(reply[i:min(i+100, len(reply))])
		}
		s.types("j")
		if got := s.saw(); got != want {
			t.Errorf("%d bytes: saw %.20q, want %q", len(reply), got, want)
		}
	}
}
