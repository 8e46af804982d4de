package keyboard

import (
	"strings"
	"testing"
	"time"
)

const uuid = "01890a5d-ac96-774b-bcce-b302099a8057"

// texts holds text that comes at once from terminals that don't bracket pastes: a paste is
// written as <text>, the keys of a burst as {keys}.
var texts = map[string]struct{ in, want string }{
	"words and IDs":              {"invoices of June\r" + uuid + "\r", "<invoices of June\r" + uuid + "\r>"},
	"a heading":                  {"quick list:", "<quick list:>"},
	"words in another alphabet":  {"счета за июнь", "<счета за июнь>"},
	"a tab":                      {"a\tb\tc1", "<a\tb\tc1>"},
	"an ID":                      {uuid, "<" + uuid + ">"},
	"an ID of two digits":        {"11111111-1111-1111-1111-111111111111", "<11111111-1111-1111-1111-111111111111>"},
	"an ID in colours":           {"\x1b[31m" + uuid[:9] + "\x1b[0m" + uuid[9:], "<" + uuid + ">"},
	"a line's end before text":   {"x\ru", "<x\ru>"},
	"a line's end first":         {"\nq", "<\nq>"},
	"a ruler and words":          {strings.Repeat("-", 40) + "\rJune", "<" + strings.Repeat("-", 40) + "\rJune>"},
	"six letters":                {"abcdef", "<abcdef>"},
	"six, of three kinds":        {"jjjkkx", "<jjjkkx>"},
	"five letters":               {"abcde", "{abcde}"},
	"a short word and enter":     {"quit\r", "{quit\r}"},
	"two keys":                   {"xu", "{xu}"},
	"five wide letters":          {"東京都港区", "{東京都港区}"},
	"a key and enter":            {"x\r", "{x\r}"},
	"enter as some terminals do": {"\r\n", "{\r\n}"},
	"a held key":                 {strings.Repeat("j", 30), "{" + strings.Repeat("j", 30) + "}"},
	"one after the other":        {strings.Repeat("j", 30) + strings.Repeat("k", 10), "{" + strings.Repeat("j", 30) + strings.Repeat("k", 10) + "}"},
	"arrows among keys":          {"jj\x1b[Ak\x1b[B\x1b[<64;1;1Mxu", "{jj}\x1b[Ak\x1b[B\x1b[<64;1;1M{xu}"},
	"ctrl+c after keys":          {"jk\x03", "{jk}\x03"},
	"keys before a paste":        {"jk\x1b[200~quit\x1b[201~", "{jk}<quit>"},
	"letters of kitty's":         {"\x1b[106u\x1b[106u\x1b[107u", "jjk"}, // each is a sequence, and therefore a key
	"one letter of many bytes":   {"é", "é"},
	"a key that is our token":    {"j\x1b\x00k", "{jk}"},
	"half a string":              {"\x1b]12345;\x1bPx", ""},
	"the focus goes":             {"j\x1b[Ox", "jfocus false x"},
}

func TestTextThatComesAtOnce(t *testing.T) {
	for name, c := range texts {
		for i := range len(c.in) { // whatever reads make of it
			s := newSession()
			s.keys += string(s.filter.feed(nil, []byte(c.in[:i]), s.now))
			s.now = s.now.Add(pause - 1)
			s.types(c.in[i:])
			if got := s.saw(); got != c.want {
				t.Errorf("%s, cut at %d: saw %q, want %q", name, i, got, c.want)
			}
		}
	}
}

// A serial line brings a paste byte by byte: only the first byte is taken for a key, and it
// is still part of the paste.
func TestTextThatComesByteByByte(t *testing.T) {
	s := newSession()
	for i, b := range uuid {
		s.keys += string(s.filter.feed(nil, []byte(string(b)), s.now))
		if s.filter.wait() <= keyPause {
			s.keys += string(s.filter.release(nil))
		}
		s.now = s.now.Add(2 * keyPause)
		if i == 0 && s.keys != "0" {
			t.Errorf("after one byte: saw %q", s.saw())
		}
	}
	s.keys += string(s.filter.release(nil))
	if got, want := s.saw(), "0<"+uuid+">"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
	if p, ok := s.filter.events[0].(Paste); !ok || p.Typed != 1 {
		t.Errorf("the paste says that %d bytes were keys", p.Typed)
	}
}

// Keys that are pressed one after the other don't wait, nor does a held key.
func TestKeysDontWait(t *testing.T) {
	s := newSession()
	for i, gap := range []time.Duration{pause, pause, pause, 33 * time.Millisecond, 33 * time.Millisecond, pause} {
		key := "xujjjq"[i : i+1]
		s.now = s.now.Add(gap)
		s.keys += string(s.filter.feed(nil, []byte(key), s.now))
		if wait := s.filter.wait(); wait != keyPause {
			t.Errorf("%s waits for %v", key, wait)
		}
		s.keys += string(s.filter.release(nil))
	}
	if got, want := s.saw(), "xujjjq"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
	s.types("jjjj") // over a slow line
	if got, want := s.saw(), "xujjjq{jjjj}"; got != want {
		t.Errorf("saw %q, want %q", got, want)
	}
}

// Somebody falls asleep on a key, and the line is slow.
func TestAHeldKeyIsBounded(t *testing.T) {
	s := newSession()
	for range 100 {
		s.keys += string(s.filter.feed(nil, []byte(strings.Repeat("j", 1000)), s.now))
	}
	for _, e := range s.filter.events {
		if b, ok := e.(Burst); !ok || len(b.Text) > maxBurst+1000 {
			t.Errorf("%T of %d", e, len(b.Text))
		}
	}
	if n := len(s.filter.text.Text); n > maxBurst+1000 {
		t.Errorf("%d bytes are kept", n)
	}
}
