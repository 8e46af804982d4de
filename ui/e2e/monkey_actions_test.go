//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui"
)

// next returns the next action. It depends on nothing but the seed.
func (m *monkey) next() action {
	if len(m.queued) > 0 {
		a := m.queued[0]
		m.queued = m.queued[1:]
		return a
	}
	if m.typing > 0 && m.Float64() < 0.9 {
		m.typing--
		return m.edit()
	}
	kinds := []struct {
		weight int
		do     func() action
	}{
		{30, m.key},
		{6, m.edit},
		{8, m.otherKey},
		{12, m.mouse},
		{7, m.paste},
		{2, m.home},
		{7, m.text},
		{8, m.half},
		{3, m.reply},
		{5, m.resize},
		{3, m.focus},
		{3, m.window},
		{3, m.fault},
		{1, m.leave},
		{1, m.suspend},
	}
	all := 0
	for _, k := range kinds {
		all += k.weight
	}
	n := m.IntN(all)
	for _, k := range kinds {
		if n -= k.weight; n < 0 {
			return k.do()
		}
	}
	panic("unreachable")
}

// named holds the bytes of keys by Bubble Tea's names.
var named = map[string]string{
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
	"pgup": "\x1b[5~", "pgdown": "\x1b[6~", "enter": "\r", "esc": "\x1b", "tab": "\t",
}

// key presses or holds a key that does something in the list.
func (m *monkey) key() action {
	var keys []string
	for _, a := range ui.Actions() {
		if a.Name != "quit" && a.Name != "suspend" {
			keys = append(keys, a.Keys...)
		}
	}
	name := pick(m.Rand, append(keys, "y", "n")...)
	bytes, ok := named[name]
	switch {
	case ok:
	case strings.HasPrefix(name, "ctrl+"):
		bytes = string(name[len("ctrl+")] & 0x1f)
	default:
		bytes = name
	}
	if slices.Contains([]string{"/", "n", "e", "a"}, bytes) {
		m.typing = 1 + m.IntN(8)
	}
	if m.IntN(20) == 0 {
		bytes = strings.Repeat(bytes, 1+m.IntN(30)) // held
	}
	return action{name: "key", keys: bytes, removes: removes(bytes)}
}

// removes reports whether keys may remove jobs without a question: forget, undo, redo.
func removes(keys string) bool { return keys[0] != '\x1b' && strings.ContainsAny(keys, "xcu\x12") }

// edit presses a key of a prompt, or types a word.
func (m *monkey) edit() action {
	keys := pick(m.Rand,
		"\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x1b[3~", "\x7f", "\x1b[3;3~", "\x1bd", "\x1b\x7f", "\x1bb", "\x1bf", "\x1b[1;3D", "\x1b[1;3C",
		"\x1b[1;5D", "\x1b[1;5C", "\x01", "\x05", "\x04", "\x08", "\x0b", "\x15", "\x17", "\x14", "\x16", "\x06", "\x02", "\x0e", "\x10", "\t",
		"\x1b[Z", "\x1b[A", "\x1b[B", "\x1bu", "\x1bl", "\x1bc", "a", "b", " ", "é", "漢", "e\u0301", "👩‍👩‍👧", "\u200b", "status:done", "*",
		m.anID().String(), "\r", "\x1b",
	)
	return action{name: "edit", keys: keys}
}

// otherKey presses a key that does nothing in the list: a function key, ctrl or alt with
// a letter, the keypad, as several keyboard protocols encode them.
func (m *monkey) otherKey() action {
	letter := pick(m.Rand, []byte("abefghijklmnoprstvw")...)
	keys := pick(m.Rand,
		fmt.Sprintf("\x1b[%d~", 1+m.IntN(34)), fmt.Sprintf("\x1b[%d;%d~", 1+m.IntN(34), 2+m.IntN(7)),
		"\x1bO"+string(pick(m.Rand, []byte("ABCDFHMPQRSXjklmnopqrstuvwxy")...)),
		string(letter&0x1f), "\x1b"+string(letter),
		fmt.Sprintf(pick(m.Rand, "\x1b[%d;5u", "\x1b[%d;3u", "\x1b[27;5;%d~", "\x1b[%d;1:3u"), letter),
	)
	return action{name: "other key", keys: keys, removes: letter == 'r'} // redo
}

// mouse sends an event of the mouse, in SGR or X10 encoding.
func (m *monkey) mouse() action {
	button := pick(m.Rand, 0, 0, 0, 1, 2, 32, 35, 64, 65, 64, 65, 66, 128)
	x, y := 1+m.IntN(110), 1+m.IntN(35)
	keys := fmt.Sprintf("\x1b[<%d;%d;%d%s", button, x, y, pick(m.Rand, "M", "M", "m"))
	if m.IntN(4) == 0 {
		keys = fmt.Sprintf("\x1b[M%c%c%c", 32+min(button, 66), 32+min(x, 90), 32+y)
	}
	return action{name: "mouse", keys: strings.Repeat(keys, 1+m.IntN(3))}
}

// paste pastes with brackets, whole or with other input before its end.
func (m *monkey) paste() action {
	text := m.anything()
	switch m.IntN(12) {
	case 0:
		for range m.IntN(4) {
			m.queued = append(m.queued, pick(m.Rand, m.text(), m.mouse(), m.key()))
		}
		m.queued = append(m.queued, action{name: "paste's end", keys: "\x1b[201~"})
		return action{name: "paste's begin", keys: "\x1b[200~" + text}
	case 1:
		text = strings.Repeat(text, 1+(1<<20)/(len(text)+1))
	}
	return action{name: "paste", keys: "\x1b[200~" + text + "\x1b[201~"}
}

// anything returns what people may have in their clipboards.
func (m *monkey) anything() string {
	switch m.IntN(8) {
	case 0:
		junk := make([]byte, m.IntN(300))
		for i := range junk {
			junk[i] = byte(m.IntN(256)) //nolint:gosec // it fits
		}
		return strings.ReplaceAll(string(junk), "\x1b", "")
	case 1:
		return pick(m.Rand, "", "q", "yes", "/", "\x00", "\x1b[2J\x1b[H", "\x1b]2;title\a", "Invoice\r\nof June\r\n", "漢字 👩‍👩‍👧 e\u0301", "\x1b[31mred\x1b[0m", "\u202eabc", "\x9b2J")
	case 2:
		id := m.anID().String()
		return id[:m.IntN(len(id))] + pick(m.Rand, "\n", "\n> ", " ", "\r\n") + id
	default:
		return lines(m.jobs(1 + m.IntN(4)))
	}
}

// jobs returns new jobs that end within seconds, or that the API does not know.
func (m *monkey) jobs(n int) []job.ID {
	ids := m.api.Add(shortLives(m.Uint64(), n)...)
	if m.IntN(6) == 0 {
		m.api.Remove(ids...)
	}
	m.show(ids...)
	return ids
}

// home returns to the list from any screen and pastes jobs there, which must be tracked.
func (m *monkey) home() action {
	ids := m.jobs(1 + m.IntN(3))
	return action{name: "home, paste", keys: lines(ids), apart: true, do: func() {
		m.saved()
		if m.width < 60 || m.height < 15 {
			m.size(100, 30)
		}
		for _, key := range []string{"\x1b[201~", "\x1b", "\x1b", "\x1b"} {
			m.tm.Send(key)
			<-time.After(2 * separate)
		}
		m.redrawn(func() { m.tm.Send("\x0c\x0c") }, m.Failed) // twice: on a loaded machine the esc makes the first alt+ctrl+l
		m.tm.Paste(lines(ids))
		for _, id := range ids {
			if !m.tracked[id] {
				m.due[id] = true
			}
		}
	}}
}

// text sends letters all at once, as a terminal without paste brackets does. They must
// neither remove jobs nor quit.
func (m *monkey) text() action {
	keys := pick(m.Rand,
		"invoices of June", "quick list:", "exclude x, copy y", "quit\r", "xyz uvw cqcq", "Dear Sir or Madam,\r\nyour request\r\n", "ux", "qx", "cy", "xqy",
		"jjjjjjjj", "jjjkkk", lines([]job.ID{m.anID()}), "job "+m.anID().String(), "\xff\xfe", "漢字漢字漢字", "é",
	)
	// An esc or half a sequence before it swallows the first letter; the second may then be a key.
	last := action{}
	if len(m.log) > 0 {
		last = m.log[len(m.log)-1]
	}
	return action{name: "text", keys: keys, removes: last.name == "half" || strings.HasSuffix(last.keys, "\x1b")}
}

// events and replies are sequences that terminals send by themselves and when asked.
var (
	events = []string{
		"\x1b[A", "\x1b[1;5D", "\x1b[15;3~", "\x1b[3~", "\x1bOP", "\x1bOx", "\x1bOl", "\x1b[<64;10;20M", "\x1b[<0;3;4m", "\x1b[M !!", "\x1b[M`xu",
		"\x1b[I", "\x1b[200~", "\x1b[201~", "\x1b[120;5u", "\x1b[27;5;120~", "漢", "👩‍👩‍👧",
	}
	replies = []string{
		"\x1b[?62;22c", "\x1b[>1;10;0c", "\x1b[12;40R", "\x1b[?2026;2$y", "\x1b[?1u", "\x1b[8;30;100t", "\x1b]lxterm\x1b\\", "\x1b]Lxuq\x1b\\",
		"\x1bP>|tmux 3.4\x1b\\", "\x1bP1+r436f=323536\x1b\\", "\x1bP1$r4 q\x1b\\", "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
		"\x1b]10;rgb:ffff/ffff/ffff\a", "\x1b]4;1;rgb:f/f/f\x1b\\", "\x1b]52;c;cXVpdA==\a", "\x1b_Gi=31;OK\x1b\\",
	}
)

// half sends a sequence in two parts, or only the first of them.
func (m *monkey) half() action {
	s := pick(m.Rand, append(events, replies...)...)
	cut := 1 + m.IntN(len(s)-1)
	if m.IntN(3) > 0 || strings.HasPrefix(s, "\x1b[200~") {
		m.queued = append(m.queued, action{name: "the other half", keys: s[cut:], removes: cut <= 2 && removes(s[cut:]), apart: true})
	}
	return action{name: "half", keys: s[:cut]}
}

func (m *monkey) reply() action { return action{name: "reply", keys: pick(m.Rand, replies...)} }

// resize changes the size of the window.
func (m *monkey) resize() action {
	width, height := 1+m.IntN(200), 1+m.IntN(60)
	switch m.IntN(4) {
	case 0:
		width, height = 100, 30
	case 1:
		width, height = pick(m.Rand, 1, 20, 39, 40, 41, 80, 200), pick(m.Rand, 1, 5, 9, 10, 11, 24, 60)
	}
	return action{name: fmt.Sprintf("resize %dx%d", width, height), do: func() { m.size(width, height) }}
}

func (m *monkey) size(width, height int) {
	m.width, m.height = width, height
	m.maxWidth, m.maxHeight = max(m.maxWidth, width+1), max(m.maxHeight, height)
	m.tm.Resize(width, height)
}

func (m *monkey) focus() action {
	return action{name: "focus", keys: pick(m.Rand, "\x1b[I", "\x1b[O", "\x1b[I\x1b[O\x1b[I")}
}

// window has another window change the state file.
func (m *monkey) window() action {
	name := fmt.Sprintf("window %d", m.IntN(5))
	batch := store.Batch{ID: store.BatchID(name), Name: pick(m.Rand, "invoices", "漢字", "👩‍👩‍👧", "x\x1b[2J", strings.Repeat("long ", 30)), Added: time.Now()}
	switch m.IntN(3) {
	case 0:
		ids := m.jobs(1 + m.IntN(3))
		return action{name: "another window tracks", do: func() {
			ops := []store.Op{store.SetBatch{Batch: batch}}
			for _, id := range ids {
				ops = append(ops, store.Track{Job: store.Job{ID: id, Batch: batch.ID, Added: time.Now()}})
			}
			m.writes(ops...)
		}}
	case 1:
		return action{name: "another window renames", do: func() { m.writes(store.SetBatch{Batch: batch}) }}
	default:
		var gone []store.Op
		for range 1 + m.IntN(4) {
			gone = append(gone, store.Forget{ID: m.anID()})
		}
		return action{name: "another window removes", do: func() {
			for _, op := range gone {
				if f, ok := op.(store.Forget); ok {
					m.taken[f.ID] = true
					delete(m.due, f.ID)
				}
			}
			m.writes(gone...)
		}}
	}
}

func (m *monkey) writes(ops ...store.Op) {
	m.Helper()
	m.otherWrote = time.Now()
	if err := m.other.Append(m.Context(), ops...); err != nil {
		m.Error(err)
	}
}

// fault breaks the API in one way, or mends it.
func (m *monkey) fault() action {
	if m.IntN(2) == 0 {
		return action{name: "the API is well", do: m.api.Mend}
	}
	n := m.IntN(10)
	f := []simtest.Fault{
		simtest.Trouble(502), simtest.Trouble(403), simtest.Trouble(410), simtest.Hangup(), simtest.TooMany("1"), simtest.Unavailable(""), simtest.BreakMidBody(), simtest.Hang(),
		simtest.CaptivePortal(), simtest.JSON(`{"status":"\u001b[2JDone\u009b","description":"\u001b]2;x\u0007\u202e漢","progress":7}`),
	}[n]
	return action{name: fmt.Sprint("the API has fault ", n), do: func() { m.api.Break(simtest.Sometimes(0.6, m.Uint64(), f)) }}
}

// leave quits, unless a prompt or another screen has the keys.
func (m *monkey) leave() action {
	return action{name: "leave", keys: pick(m.Rand, "q", "\x03"), leaves: true}
}

func (m *monkey) suspend() action {
	return action{name: "suspend", keys: "\x1a", leaves: true}
}
