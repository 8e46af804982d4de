package keyboard

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/ui/ids"
)

var start = time.Date(2025, 6, 10, 15, 55, 31, 0, time.UTC)

// session passes a terminal's bytes through a filter.
type session struct {
	filter filter
	now    time.Time
	keys   string
}

func newSession() *session { return &session{now: start, filter: filter{limit: 100}} }

// types feeds the bytes of one read, with nothing more to read after it.
func (s *session) types(read string) {
	keys := s.filter.feed(nil, []byte(read), s.now)
	s.keys += string(s.filter.release(keys))
}

// saw describes keys and events in words, events in place of their tokens.
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
		case Burst:
			fmt.Fprintf(&said, "{%s}", event.Text)
		case Escape:
			said.WriteString("esc ")
		case Focus:
			fmt.Fprintf(&said, "focus %v ", event.In)
		case Background:
			said.WriteString(map[bool]string{true: "(dark)", false: "(light)"}[event.Dark])
		}
	}
	if len(parts)-1 != len(s.filter.events) {
		fmt.Fprintf(&said, " and %d events in all", len(s.filter.events))
	}
	return said.String()
}

var streams = map[string]struct{ in, want string }{
	"keys":                        {"jk\x1b[A\x1bx\x1b", "{jk}\x1b[A\x1bx\x1b"},
	"a paste":                     {"\x1b[200~id\x1b[201~", "<id>"},
	"a paste among keys":          {"j\x1b[200~id\x1b[201~k", "j<id>k"},
	"two pastes":                  {"\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~", "<a><b>"},
	"an empty paste":              {"j\x1b[200~\x1b[201~k", "jk"},
	"a paste with lines and keys": {"\x1b[200~a\r\nq\x03\x1b[A\x1b[200~b\x1b\x1b[201~", "<a\r\nq\x03\x1b[A\x1b[200~b\x1b>"},
	"a paste of an end marker":    {"\x1b[200~a\x1b[201~b\x1b[201~", "<a>b"}, // as terminals see it
	"a paste of our token":        {"\x1b[200~\x1b\x00\x1b[201~", "<\x1b\x00>"},
	"esc before a paste":          {"\x1b\x1b[200~a\x1b[201~", "esc <a>"},
	"almost a paste":              {"\x1b[20~\x1b[2~\x1b[201~\x1b[2001~", "\x1b[20~\x1b[2~"},
	"mouse and focus":             {"\x1b[<64;10;20M\x1b[I\x1b[<0;1;1M", "\x1b[<64;10;20Mfocus true \x1b[<0;1;1M"},
	"a reply ended by BEL":        {"\x1b]11;rgb:1e1e/1e1e/2e2e\ak", "(dark)k"},
	"a reply ended by ST":         {"\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\k", "(dark)k"},
	"half a reply, then an arrow": {"\x1b]11;rgb:1e1e/1e\x1b[A", "\x1b[A"},
	"half a reply, then a paste":  {"\x1bP>|tmux\x1b[200~id\x1b[201~", "<id>"},
	"half a reply, then ctrl+c":   {"\x1bP>|tmux\x03j", "\x03j"},
	"half a reply, then another":  {"\x1bP>|tm\x1b]11;rgb:e/e/e\aj", "(light)j"},
	"a reply of no colour":        {"\x1b]11;rgb:1e1e/1e1e/2e2e/3e3e/4e4e\aj", "j"},
	"an empty reply":              {"\x1b]11;\aj", "j"},
	"a reply on another colour":   {"j\x1b]10;rgb:ffff/ffff/ffff\ak\x1b]4;1;rgb:f/f/f\x1b\\l", "{jkl}"},
	"a reply of the clipboard":    {"j\x1b]52;c;dW5kbw==\x1b\\k", "{jk}"},
	"a reply of the name":         {"j\x1bP>|tmux 3.4\x1b\\k\x1bP!|7E565445\x1b\\l", "{jkl}"},
	"a reply on the abilities":    {"j\x1bP1+r544e=787465726d\x1b\\k\x1bP0+r\x1b\\l", "{jkl}"},
	"a reply on the settings":     {"j\x1bP1$r4 q\x1b\\k", "{jk}"},
	"replies of kitty's":          {"j\x1b_Gi=31;OK\x1b\\k\x1bP@kitty-cmd{\"ok\": true}\x1b\\l", "{jkl}"},
	"a reply in another alphabet": {"j\x1bP>|端末 1\x1b\\k", "{jk}"},
	"a reply with a BEL in it":    {"\x1bP>|tmux\aj", "\aj"},
	"a reply of several lines":    {"\x1bP>|quit\r\n\tuux\x1b\\j", "j"},
	"the title":                   {"\x1b]lmy quick title\x1b\\\x1b]Licon\x1b\\j", "j"},
	"strings of other kinds":      {"\x1bXundo\x1b\\\x1b^quit\x1b\\\x1b_xx\x1b\\\x1b]j\x1b\\\x1bPx\x1b\\j", "j"},
	"numeric replies":             {"\x1b[?62;22c\x1b[12;40R\x1b[?2026;2$y\x1b[8;24;80t\x1b[1;1x\x1b[0nj", "j"},
	"esc before a reply":          {"\x1b\x1bP>|tmux\x1b\\j", "esc j"},
	"esc, held":                   {"\x1b\x1b\x1b\x1bj", "esc esc j"},
	"a reply inside a paste":      {"\x1b[200~i\x1b]11;rgb:e/e/e\ad\x1b[201~k", "(light)<id>k"},
	"a reply, then a paste's end": {"\x1b[200~id\x1b]11;rgb:e/e/e\x1b\\\x1b[201~", "(light)<id>"},
	"a reply and no paste":        {"\x1b[200~\x1b]11;rgb:e/e/e\a\x1b[201~k", "(light)k"},
	"half a reply inside a paste": {"\x1b[200~\x1b]11;rgb:e/e\x1b[201~", "<\x1b]11;rgb:e/e>"},
	"no reply inside a paste":     {"\x1b[200~\x1b]1#;\x1b\\\x1b[201~", "<\x1b]1#;\x1b\\>"},
	"any reply inside a paste":    {"\x1b[200~i\x1bP>|tmux 3.4\x1b\\d\x1b]52;c;\a\x1b[201~k", "<id>k"},
	"a link inside a paste":       {"\x1b[200~\x1b]8;;http://h/id\x1b\\job\x1b]8;;\x1b\\\x1b[201~", "<\x1b]8;;http://h/id\x1b\\job\x1b]8;;\x1b\\>"},
	"two replies inside a paste":  {"\x1b[200~\x1b]11;\x1b]11;rgb:e/e/e\a\x1b]11;rgb:1/1/1\a\x1b[201~", "(dark)<\x1b]11;>"},
	"the keypad after vim":        {"\x1bOq\x1bOx\x1bOu\x1bOm\x1bOM\x1bOX\x1bO5p\x1bO2p\x1bOE\x1bOA\x1bOH", "185-\r=0\x1b[A\x1b[H"},
	"X10 mouse reports":           {"\x1b[M`qx\x1b[M !\xff\x1b[M \xc3\xa9uj", "\x1b[M`qx\x1b[M !\xffj"},
	"half an X10 report":          {"\x1b[M \x1b[Aj", "\x1b[Aj"},
	"the Linux console's keys":    {"\x1b[[A\x1b[[xj", "\x1b[[Aj"},
	"urxvt's keys":                {"\x1b[7$\x1b[9$\x1b[5^\x1b[aj", "\x1b[7$\x1b[5^\x1b[aj"},
	"broken sequences":            {"\x1b[1;\x03\x1b[12\x7f\x1b[5é\x1bO\x1b[A\x1b[<0;-1;5Mj", "\x03\x7fé\x1b[Aj"},
	"almost a key":                {"\x1b[010~\x1b[001^\x1b[1;5;5A\x1b[7;5$yj", "j"},
	"alt and sequences":           {"\x1b\x1b[A\x1b\x1bOP\x1b\x1b[5~\x1b\x1b[99~\x1b\x1b[<64;1;1M\x1b\x1b[I", "\x1b\x1b[A\x1b\x1bOP\x1b\x1b[5~\x1b[<64;1;1Mfocus true "},
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

// The line stalls anywhere, and then brings the rest: the result is the same, but text comes
// in parts. An esc, alone or with an introducer, doesn't wait for the rest of a sequence.
func TestAStreamMayStallAnywhere(t *testing.T) {
	plain := strings.NewReplacer("{", "", "}", "", "esc ", "\x1b")
	for name, c := range streams {
		for i := range len(c.in) {
			s := newSession()
			s.types(c.in[:i])
			s.now = s.now.Add(pause)
			s.types(c.in[i:])
			got, want := plain.Replace(s.saw()), plain.Replace(c.want)
			if releasedEarly.MatchString(c.in[:i]) {
				if !isSubsequence(want, got) || len(got)-len(want) > 2 {
					t.Errorf("%s, stalled at %d: saw %q, want %q and perhaps an esc", name, i, got, want)
				}
				continue
			}
			if got != want {
				t.Errorf("%s, stalled at %d: saw %q, want %q", name, i, got, want)
			}
		}
	}
}

var releasedEarly = regexp.MustCompile(`\x1b[][OPX^_]?$`)

// stories hold what comes, in parts with pauses between them; nothing more comes at once after
// a part.
var stories = map[string]struct {
	parts []any
	want  string
}{
	"esc":                       {[]any{"j", "\x1b", "k"}, "j\x1bk"},
	"esc twice":                 {[]any{"j", "\x1b\x1b", "k"}, "jesc \x1bk"},
	"alt and an introducer":     {[]any{"j", "\x1b[", "k"}, "j\x1b[k"},
	"alt and another":           {[]any{"j", "\x1b]", "k"}, "j\x1b]k"},
	"a paste whose end is lost": {[]any{"\x1b[200~one id, and half ano", 6 * time.Second, "j", "k"}, "<one id, and half ano…>jk"},
	"a paste over a slow line": {[]any{
		"\x1b[200~one", 4 * time.Second, " two", 9 * time.Second, " three, and what was gathered meanwhile", // much at once
		9 * time.Second, "!\x1b[201", "~", // or the end
	}, "<one two three, and what was gathered meanwhile!>"},
	"a reply over a slow line":       {[]any{"\x1bP>|XTerm", 4 * time.Second, " of a vendor who has much to say", 9 * time.Second, "u\x1b\\j"}, "j"},
	"half a reply":                   {[]any{"\x1b]11;rgb:1e", pause, "g", "\x1b[A", "u"}, "g\x1b[Au"},
	"half a reply of the name":       {[]any{"\x1bP>|tmu", pause, "g", "\x1b[A", "u"}, "g\x1b[Au"},
	"a reply without half its end":   {[]any{"\x1bP>|tmux\x1b", pause, "g", "\x1b[A", "u"}, "g\x1b[Au"},
	"half a reply of the clipboard":  {[]any{"\x1b]52;c;", pause, "g", "\x1b[A", "u"}, "g\x1b[Au"},
	"alt and letters":                {[]any{"\x1bP", pause, "u", pause, "j"}, "\x1bPuj"},
	"alt and >":                      {[]any{"\x1bP", pause, ">", pause, "j"}, "\x1bP>j"},
	"alt and !":                      {[]any{"\x1bP", pause, "!", pause, "!"}, "\x1bP!!"},
	"alt and a digit":                {[]any{"\x1bP", pause, "1", pause, "?"}, "\x1bP1?"},
	"alt and a letter of kitty's":    {[]any{"\x1b_", pause, "G", pause, "k"}, "\x1b_Gk"},
	"alt, the background's digit":    {[]any{"\x1b]", pause, "1", pause, "\r"}, "\x1b]1\r"},
	"a long reply of the name":       {[]any{"\x1bP>|" + strings.Repeat("u", 4092) + "\x1b\\", "j"}, "j"},
	"a long reply of the clipboard":  {[]any{"\x1b]52;c;" + strings.Repeat("dXV1", 1000) + "\a", "j"}, "j"},
	"a long reply, by and by":        {append(each("\x1b]52;c;"+strings.Repeat("dXV1", 1000)+"\a", 100), "j"), "j"},
	"a long reply that ends in half": {append(each("\x1bP>|"+strings.Repeat("u", 4095)+"\x1b\\", 100), "j"), "j"},
}

// each cuts a text into parts of a length.
func each(text string, length int) (parts []any) {
	for part := range slices.Chunk([]byte(text), length) {
		parts = append(parts, string(part))
	}
	return parts
}

func TestWhatComesInParts(t *testing.T) {
	for name, c := range stories {
		s := newSession()
		for _, part := range c.parts {
			switch part := part.(type) {
			case string:
				s.types(part)
			case time.Duration:
				s.now = s.now.Add(part)
			}
		}
		if got := s.saw(); got != c.want {
			t.Errorf("%s: saw %q, want %q", name, got, c.want)
		}
	}
}

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

func TestTheRepliedBackgroundIsDarkOrLight(t *testing.T) {
	for reply, want := range map[string]any{
		"rgb:0000/0000/0000":       Background{Dark: true},
		"rgb:00/2b/36":             Background{Dark: true}, // Solarized dark
		"rgb:fdfd/f6f6/e3e3":       Background{},           // Solarized light
		"rgb:ffff/ffff/ffff":       Background{},
		"rgb:f/f/f":                Background{},
		"rgb:0000/0000/ffff":       Background{Dark: true}, // blue is a dark colour, and HSL would call it medium
		"rgba:ffff/ffff/ffff/8000": Background{},
		"rgb:zz/00/00":             nil,
		"rgb:00/00":                nil,
		"rgb:12345/0/0":            nil,
		"rgb://":                   nil,
		"#ffffff":                  nil,
		"":                         nil,
	} {
		if _, event := translate(backgroundStart + reply + "\a"); event != want {
			t.Errorf("reply %q is %v, want %v", reply, event, want)
		}
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

func FuzzPastesAreTakenOutWhereverReadsEnd(f *testing.F) {
	for _, c := range streams {
		f.Add(c.in, uint64(0))
		f.Add(c.in, ^uint64(0))
		f.Add(c.in, uint64(0x5555555555555555))
	}
	for _, c := range texts {
		f.Add(c.in, uint64(0))
		f.Add("j\x1b[A"+c.in+"\x1b[B", ^uint64(0))
	}
	for _, of := range []string{"\x1b[200~\x1bP>|", "\x1bP>|", "\x1b]10;"} {
		for n := 4096 - len(of); n < 4096+10; n += 5 {
			f.Add(of+strings.Repeat("u", n)+"\x1b\\\x1b[201~j", uint64(1<<13))
		}
	}
	for n := maxTail - 3; n < maxTail+3; n++ {
		f.Add("\x1b["+strings.Repeat("0", n)+"1;1u\x1b[<"+strings.Repeat("0", n)+";1;1Mj", uint64(3))
	}
	f.Fuzz(func(t *testing.T, in string, cuts uint64) {
		held, released := newSession(), newSession()
		held.filter.limit, released.filter.limit = len(in), len(in)
		for from := 0; from < len(in); {
			to := from + 1
			for to < len(in) && cuts>>(to%64)&1 == 0 {
				to++
			}
			read := in[from:to]
			keys := held.filter.feed(nil, []byte(read), held.now)
			if len(keys) > len(read)+overhead {
				t.Errorf("%d bytes became %d keys", len(read), len(keys))
			}
			held.keys += string(keys)
			released.types(read)
			released.now = released.now.Add(keyPause)
			from = to
		}
		held.types("")
		for _, e := range held.filter.events {
			if b, ok := e.(Burst); ok && len(b.Text) >= maxBurst {
				t.Skip("where a key is held so long, reads decide how many bursts it is")
			}
		}
		if got, want := held.saw(), oracle(in); got != want {
			t.Errorf("%q, cut by %x: saw %q, want %q", in, cuts, got, want)
		}
		if wrong := recognized.ReplaceAllString(latin1(held.keys), ""); wrong != "" {
			t.Errorf("%q: %q is mistaken by Bubble Tea", in, wrong)
		}
		if fmt.Sprint(bracketed(released)) != fmt.Sprint(bracketed(held)) {
			t.Errorf("%q: releasing keys early changed the pastes", in)
		}
	})
}

// recognized matches the keys that Bubble Tea recognizes whatever follows.
var recognized = regexp.MustCompile(`(?s)[^\x1b]|\x1b\[M.{3}|\x1b\x1b(?:\[[A-DFHZ]|\[[1-8]~|O[P-S])|` +
	`\x1b\[(?:[A-FHZa-d]|1;[2-8][A-FHP-S]|\d{1,2}(?:;[2-8])?~|\d{1,2}[@^]|[78]\$|\[[A-E]|<\d+;\d+;\d+[Mm])|\x1bO[P-S]|\x1b[^\x1b[O]|\x1b[[O]?$`)

// latin1 returns a text that has a character for each byte of s.
func latin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

// bracketed returns the events that don't depend on how fast the keys came.
func bracketed(s *session) (all []Event) {
	for _, e := range s.filter.events {
		switch e := e.(type) {
		case Paste:
			if !isPaste(e.Text[e.Typed:]) && len(ids.Find(e.Text).IDs) == 0 {
				all = append(all, e)
			}
		case Background:
			all = append(all, e)
		}
	}
	return all
}

func isSubsequence(of, s string) bool {
	for i := 0; i < len(s) && of != ""; i++ {
		if s[i] == of[0] {
			of = of[1:]
		}
	}
	return of == ""
}
