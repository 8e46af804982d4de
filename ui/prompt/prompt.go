// Package prompt asks for a line of text, or for a yes or no, on the last line of the screen.
package prompt

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Prompt is open while it asks for a text or a question. Use [New].
type Prompt struct {
	text  *Text
	input input
	warn  func(string)
	after func(time.Duration, func())

	question *Question
	opener   press // the key that asked the question, and when it was last pressed
	last     press // the newest key
}

// press is a key by its name, and when it was pressed.
type press struct {
	key string
	at  time.Time
}

// Text is a line of text to ask for. All functions but Label, and Enter or Take, may be nil.
type Text struct {
	Label   func() string // what stands before the text
	Begin   string        // what the text is at first
	Changed func(text string)
	Enter   func(text string) // a text that is not empty, without blanks around it
	Take    func(Taken)       // instead of Enter, and of pasting into the text
	Cancel  func()
	Browse  func(by int)                        // takes the keys up and down
	Aside   func(room int) (style.Role, string) // what stands right of the text, if it gets room
}

// Taken is a text to be read with something pasted into it. The prompt stays open.
type Taken struct {
	Before, After string // the text, before and after the cursor
	Pasted        []byte
	Note          string // what there is to say of the paste
	TooLong       string // the same if not all that was pasted is in the prompt's text, too; else ""
	Close         func() // closes the prompt, unless its text has changed since
}

// Question is asked before a larger change. Y and enter say yes; n, esc and ctrl+c say no.
type Question struct {
	Text    string // such as "Remove 4 jobs?"
	Aside   string // what else there is to know; cut where there is no room
	Yes, No func()
}

// New returns a prompt that warns of what did not fit, and has functions called after a time.
func New(warn func(string), after func(time.Duration, func())) *Prompt {
	return &Prompt{warn: warn, after: after}
}

// Ask opens the prompt for a text.
func (p *Prompt) Ask(t Text) {
	p.Close()
	p.text = &t
	p.changed(p.input.insert([]byte(t.Begin)))
}

// Confirm asks a question, for the key that was pressed last.
func (p *Prompt) Confirm(q Question) {
	p.Close()
	p.question, p.opener = &q, p.last
}

// Open reports whether something is asked.
func (p *Prompt) Open() bool { return p.Typing() || p.Asking() }

// Typing reports whether keys are text.
func (p *Prompt) Typing() bool { return p.text != nil }

// Asking reports whether a yes or no is asked for.
func (p *Prompt) Asking() bool { return p.question != nil }

// Close asks nothing any more.
func (p *Prompt) Close() {
	p.text, p.question, p.input = nil, nil, input{}
}

// Press acts on a key, and reports whether the prompt was open: then all keys are for it.
func (p *Prompt) Press(msg tea.KeyMsg, now time.Time) (open bool) {
	p.last, open = press{msg.String(), now}, p.Open()
	switch {
	case p.Typing():
		p.typed(msg)
	case p.Asking():
		p.answered(msg, now)
	}
	return open
}

// typed acts on a key while a text is asked for. Esc cancels whatever it is bound to.
func (p *Prompt) typed(msg tea.KeyMsg) {
	t := p.text
	switch {
	case msg.Type == tea.KeyCtrlC || msg.Type == tea.KeyEsc:
		if t.Cancel != nil {
			t.Cancel()
		}
		p.Close()
	case msg.Type == tea.KeyEnter:
		value := strings.TrimSpace(p.input.value)
		if t.Take != nil && value != "" {
			p.input.cursor = len(p.input.value)
			p.Paste(nil, "")
			return
		}
		p.Close()
		if value != "" {
			t.Enter(value)
		}
	case t.Browse != nil && msg.Type == tea.KeyUp:
		t.Browse(-1)
	case t.Browse != nil && msg.Type == tea.KeyDown:
		t.Browse(1)
	default:
		p.changed(p.input.press(msg))
	}
}

// Paste takes a text pasted at the cursor while a text is asked for, and what there is to say
// of it. It stays in the prompt, for the user to mend, also if it is given away.
func (p *Prompt) Paste(pasted []byte, note string) {
	asked, before := p.text, p.input
	left := p.input.insert(pasted)
	if asked.Take == nil {
		p.changed(style.Joined("; ", note, left))
		return
	}
	after := p.input.value
	asked.Take(Taken{
		Before: before.value[:before.cursor], After: before.value[before.cursor:], Pasted: pasted, Note: note, TooLong: left,
		Close: func() {
			if p.text == asked && p.input.value == after {
				p.Close()
			}
		},
	})
}

// changed says what there is to say of a change, and hands the new text on.
func (p *Prompt) changed(note string) {
	if note != "" {
		p.warn(note)
	}
	if p.text.Changed != nil {
		p.text.Changed(p.input.value)
	}
}

// The key that asked a question may answer it too, but not while it is held: then it comes
// again after 250 to 700 ms, and from then on every 30 to 90.
const (
	openerRest = 500 * time.Millisecond // so long it must not have come before it answers
	openerWait = 150 * time.Millisecond // and so long it must not come again afterwards
)

// answered acts on a key while a question is asked.
func (p *Prompt) answered(msg tea.KeyMsg, now time.Time) {
	answer := func(do func()) {
		p.Close()
		do()
	}
	repeated := len(msg.Runes) > 1
	if repeated { // keys that arrived together: one that is held, or text, which is no answer
		if len(slices.Compact(slices.Clone(msg.Runes))) > 1 {
			p.opener.at = now
			return
		}
		msg.Runes = msg.Runes[:1]
	}
	switch name := msg.String(); name {
	case "n", "esc", "ctrl+c":
		answer(p.question.No)
	case p.opener.key:
		rested := now.Sub(p.opener.at) >= openerRest && !repeated
		p.opener.at = now
		if opener := p.opener; rested {
			p.after(openerWait, func() {
				if p.Asking() && p.opener == opener { // it has not come again since
					answer(p.question.Yes)
				}
			})
		}
	case "y", "enter":
		answer(p.question.Yes)
	}
}

// View draws the prompt in a width. The cursor is -1 where there is none.
func (p *Prompt) View(t *style.Theme, width int) (line string, cursor int) {
	l := style.NewLine(t, style.Plain).Space(1)
	if p.Asking() {
		answers := " y/n, enter: yes"
		if sanitize.Width(p.question.Text)+len(answers) > width-2 {
			answers = " y/n"
		}
		l.Cut(style.Warn, p.question.Text, width-2-len(answers)).Put(style.Warn, answers).Space(2)
		return l.Cut(style.Warn, p.question.Aside, width-1-l.Width()).String(), -1
	}
	const least = 24 // the room that is kept for the text, in cells
	label := p.text.Label()
	l.Cut(style.Accent, label, width-2)
	if strings.HasSuffix(label, " ") {
		l.Space(1)
	}
	role, aside := style.Text, ""
	if room := width - l.Width() - least; p.text.Aside != nil && room >= least {
		if role, aside = p.text.Aside(room); sanitize.Width(aside) > room {
			aside = ""
		}
	}
	room := width - sanitize.Width(aside) - 2
	typed, at := p.input.shown(t.Charset, max(room-l.Width(), 1))
	cursor = l.Width() + at
	return l.Put(style.Text, typed).PadTo(room+1).Put(role, aside).String(), cursor
}
