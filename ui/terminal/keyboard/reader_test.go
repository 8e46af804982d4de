//go:build unix

package keyboard_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"

	"example.com/jobwatch/ui/ids"
	"example.com/jobwatch/ui/terminal/keyboard"
)

const (
	idA = "01890a5d-ac96-774b-bcce-b302099a8057"
	idB = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
	idC = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
)

// manyIDs returns n different IDs, one a line.
func manyIDs(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%08x-ac96-774b-bcce-b302099a8057\n", i)
	}
	return b.Bytes()
}

// screen is a real Bubble Tea program on a real pseudo-terminal.
type screen struct {
	*testing.T
	keyboard *os.File // what is typed here, the program reads
	saw      chan any // what came of it: strings of keys, keyboard.Event values
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	m := model{reader: keyboard.NewReader(tty), saw: make(chan any, 10_000), up: make(chan struct{})}
	program := tea.NewProgram(m, tea.WithInput(m.reader), tea.WithOutput(io.Discard), tea.WithoutSignalHandler())
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	<-m.up // in raw mode from here on
	t.Cleanup(func() {
		program.Quit() // needs no key press
		if err := <-ended; err != nil {
			t.Errorf("the program ended with %v", err)
		}
		_ = master.Close()
		_ = tty.Close()
	})
	return &screen{t, master, m.saw}
}

func (s *screen) types(text string) {
	s.Helper()
	if _, err := io.WriteString(s.keyboard, text); err != nil {
		s.Error(err)
	}
}

// next returns what the program saw next.
func (s *screen) next() any {
	s.Helper()
	select {
	case saw := <-s.saw:
		return saw
	case <-time.After(20 * time.Second):
		s.Fatal("nothing came")
		return nil
	}
}

// wants checks what the program saw next, in words.
func (s *screen) wants(want ...string) {
	s.Helper()
	for _, w := range want {
		if got := words(s.next()); got != w {
			s.Errorf("saw %q, want %q", got, w)
		}
	}
}

func words(saw any) string {
	switch saw := saw.(type) {
	case keyboard.Paste:
		return "<" + string(saw.Text) + ">"
	case keyboard.Background:
		return fmt.Sprint("dark: ", saw.Dark)
	case keyboard.Escape:
		return "esc"
	}
	return fmt.Sprint(saw)
}

type model struct {
	reader *keyboard.Reader
	saw    chan any
	up     chan struct{}
}

func (m model) Init() tea.Cmd {
	close(m.up)
	return nil
}

func (m model) View() string { return "" }

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if msg.String() == keyboard.EventKey {
			m.saw <- m.reader.Take(nil)
		} else {
			m.saw <- msg.String()
		}
	case tea.MouseMsg:
		m.saw <- msg.String()
	}
	return m, nil
}

func TestKeysPastesAndRepliesComeInTheirOrder(t *testing.T) {
	s := newScreen(t)
	for _, step := range []struct {
		comes string // and nothing after it
		want  []string
	}{
		{"j\x1b[200~" + idA + "\x1b[201~k\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[A", []string{"j", "<" + idA + ">", "dark: true", "k", "up"}},
		{"\x1b[200~" + idB + "\r" + idC + "\x1b[201~", []string{"<" + idB + "\r" + idC + ">"}},
		{"\x1b", []string{"esc"}},
		{"j", []string{"j"}},
		{"j\x1bP>|tmux 3.4\x1b\\\x1b[A\x1b]10;rgb:ffff/ffff/ffff\a", []string{"j", "up"}},
		{"\x1bP", []string{"alt+P"}},
		{"u", []string{"u"}},
		{"\x1b_", []string{"alt+_"}},
		{"u", []string{"u"}},
		{"\x1b]", []string{"alt+]"}},
		{"u", []string{"u"}},
		{"\x1bP>|tm", nil},
		{"ux 3.4\x1b\\q", []string{"q"}},
	} {
		s.types(step.comes)
		s.wants(step.want...)
	}
}

// Every form of a key has Bubble Tea's name for that key; what is no key leaves nothing.
func TestSequencesAreTheKeysThatTheyStandFor(t *testing.T) {
	s := newScreen(t)
	for sequence, want := range map[string]string{
		"\x1bOq": "1", "\x1bOm": "-", "\x1bOj": "*", "\x1bOM": "enter", "\x1bOI": "tab", "\x1bO2p": "0", // the keypad
		"\x1bOA": "up", "\x1bOF": "end", "\x1bOR": "f3", "\x1bO5p": "", "\x1bOE": "", "\x1bO\x1b[A": "up",
		"\x1b[106u": "j", "\x1b[97;5u": "ctrl+a", "\x1b[99;5u": "ctrl+c", "\x1b[27u": "esc", "\x1b[13u": "enter", // kitty's
		"\x1b[9u": "tab", "\x1b[9;2u": "shift+tab", "\x1b[127u": "backspace", "\x1b[32u": " ", "\x1b[32;5u": "ctrl+@",
		"\x1b[106;1:3u": "", "\x1b[106:74;2u": "J", "\x1b[1089::99;5u": "ctrl+c", "\x1b[106;2u": "J", "\x1b[106;65u": "J", "\x1b[106;129u": "j",
		"\x1b[106;3u": "alt+j", "\x1b[91;3u": "", "\x1b[91;5u": "esc", "\x1b[106;9u": "", "\x1b[99;6u": "", "\x1b[228u": "ä",
		"\x1b[57399u": "", "\x1b[1114112u": "", "\x1b[u": "", "\x1b[;5u": "",
		"\x1b[1;1:3A": "", "\x1b[1;129A": "up", "\x1b[1;5D": "ctrl+left", "\x1b[5;1:3~": "", "\x1b[5;3~": "alt+pgup",
		"\x1b[P": "f1", "\x1b[E": "", "\x1b[200;1~": "", "\x1b[3;5;1~": "",
		"\x1b[27;5;99~": "ctrl+c", "\x1b[27;2;33~": "!", "\x1b[27;5;13~": "enter", "\x1b[27;3;120~": "alt+x", "\x1b[27;7;91~": "", // xterm's
		"\x1b\x1b[D": "alt+left", "\x1b\x1b": "esc", "\x1b\x00": "", "\x1b\x1bOS": "alt+f4",
		"\x1b[M`!!": "wheel up", "\x1b[<64;10;20M": "wheel up", "\x1b[<64;10M": "", "\x1b[<-1;5;5M": "", "\x1b[32;10;20M": "",
		"\x1b[[A": "f1", "\x1b[7$": "shift+home", "\x1b[5^": "ctrl+pgup", "\x1b[a": "shift+up",
		"\x1b]lquit\x1b\\": "", "\x1b]Lquit\a": "", "\x1bPquit\x1b\\": "", "\x1b_quit\x1b\\": "", "\x1b^quit\x1b\\": "", "\x1bXquit\x1b\\": "",
		"\x1b[?1u": "", "\x1b[>0;276;0c": "", "\x1b[?997;1n": "", "\x1b[4;600;800t": "",
	} {
		s.types(sequence + "\x1b[24~") // and another key at once
		for _, want := range []string{want, "f12"} {
			if want == "" {
				continue
			}
			if saw := words(s.next()); saw != want {
				t.Errorf("%q: saw %q, want %q", sequence, saw, want)
			}
		}
	}
}

// More keys than Bubble Tea reads at a time are not torn, nor are those that wait
// behind a paste that came with them.
func TestAStormOfKeysIsNotTorn(t *testing.T) {
	s := newScreen(t)
	const n = 500
	s.types(strings.Repeat("ä", 300))
	for seen := 0; seen < 300; { // as many at a time as came before anybody read them
		switch saw := s.next().(type) {
		case keyboard.Burst:
			seen += strings.Count(string(saw.Text), "ä")
		case string:
			seen += strings.Count(saw, "ä")
		}
	}
	s.types("\x1b[200~" + strings.Repeat(idA+"\n", 100) + "\x1b[201~" + strings.Repeat("\x1b[<64;10;20M", n) + "q")
	if saw, ok := s.next().(keyboard.Paste); !ok || len(saw.Text) != 100*37 {
		t.Errorf("saw %d bytes", len(saw.Text))
	}
	for range n {
		s.wants("wheel up")
	}
	s.wants("q")
}

// A slow line brings keys in parts, but Bubble Tea is given whole ones.
func TestAKeyThatComesInPartsIsOne(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close(); _ = w.Close() }()
	reader := keyboard.NewReader(r)
	for _, step := range []struct{ comes, given string }{
		{"k\x1b[<64;10", "k"},
		{";20M\xc3", "\x1b[<64;10;20M"},
		{"\xa4\x1b[1;", "ä"},
		{"5Aj", "\x1b[1;5Aj"},
		{"\x1b", "\x1b"}, // a key by itself, when nothing follows
		{"\x1b[", "\x1b["},
		{"\x1bO", "\x1bO"},
	} {
		if _, err := io.WriteString(w, step.comes); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 256)
		n, err := reader.Read(b)
		if got := string(b[:n]); got != step.given || err != nil {
			t.Errorf("%q came, %q was given on (%v), want %q", step.comes, got, err, step.given)
		}
	}
}

// Issue 2 asks for 20,000 in under a second.
func TestAHundredThousandPastedIDsArriveWhole(t *testing.T) {
	s := newScreen(t)
	pasted := manyIDs(100_000)
	s.types("a\x1b[200~" + string(pasted) + "\x1b[201~z")
	s.wants("a")
	saw, ok := s.next().(keyboard.Paste)
	if !ok || !bytes.Equal(saw.Text, pasted) {
		t.Fatalf("saw %d bytes, want %d", len(saw.Text), len(pasted))
	}
	s.wants("z")
	if n := len(ids.Find(saw.Text).IDs); n != 100_000 {
		t.Errorf("%d IDs", n)
	}
}

func TestAPasteThatCamePastReadIsOne(t *testing.T) {
	reader := keyboard.NewReader(nil)
	if event := reader.Take(nil); event != nil {
		t.Errorf("took %v", event)
	}
	if event, ok := reader.Take([]rune(idA)).(keyboard.Paste); !ok || string(event.Text) != idA {
		t.Errorf("a paste that came past Read is %v", event)
	}
}
