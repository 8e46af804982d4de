// Package prompt asks for a line of text, or for a yes or no, on the last line of the screen.
package prompt

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Prompt is open while it asks something. The zero value is not ready: use [New].
type Prompt struct {
	asks   asks
	text   Text
	input  input
	opened int // how many texts were asked for
	warn   func(string)

	question Question
	opener   press // the key that asked the question, and when it was last pressed
	last     press // the newest key
}

// asks is the kind of thing that a prompt asks for.
type asks uint8

const (
	nothing asks = iota
	text
	yesOrNo
)

// Text is a line of text to be asked for. All functions but Enter or Take may be nil.
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
	Whole         bool   // all that was pasted is in the prompt's text, too
	Note          string // what there is to say of the paste
	Close         func() // closes the prompt, unless its text has changed since
}

// New returns a prompt that warns of what did not fit.
func New(warn func(string)) *Prompt { return &Prompt{input: newInput(), warn: warn} }

// Ask opens the prompt for a text.
func (p *Prompt) Ask(t Text) {
	p.asks, p.text = text, t
	p.opened++
	p.input.Reset()
	p.changed(p.input.insert([]byte(t.Begin)), "")
}

// Open reports whether something is asked.
func (p *Prompt) Open() bool { return p.asks != nothing }

// Typing reports whether keys are text.
func (p *Prompt) Typing() bool { return p.asks == text }

// Asking reports whether a yes or no is asked for.
func (p *Prompt) Asking() bool { return p.asks == yesOrNo }

// Close asks nothing any more.
func (p *Prompt) Close() {
	p.asks, p.text, p.question = nothing, Text{}, Question{}
	p.input.Reset()
}

// Press acts on a key. It reports whether the key was for the prompt: all are while it is
// open.
func (p *Prompt) Press(msg tea.KeyMsg, now time.Time) (cmd tea.Cmd, mine bool) {
	p.last = press{msg.String(), now}
	switch p.asks {
	case text:
		p.typed(msg)
		return nil, true
	case yesOrNo:
		return p.answered(msg, now), true
	default:
		return nil, false
	}
}

// typed acts on a key while a text is asked for. Esc cancels whatever it is bound to.
func (p *Prompt) typed(msg tea.KeyMsg) {
	switch {
	case msg.Type == tea.KeyCtrlC || msg.Type == tea.KeyEsc:
		if p.text.Cancel != nil {
			p.text.Cancel()
		}
		p.Close()
	case msg.Type == tea.KeyEnter:
		p.enter()
	case p.text.Browse != nil && msg.Type == tea.KeyUp:
		p.text.Browse(-1)
	case p.text.Browse != nil && msg.Type == tea.KeyDown:
		p.text.Browse(1)
	default:
		p.changed(p.input.press(msg), "")
	}
}

func (p *Prompt) enter() {
	value := strings.TrimSpace(p.input.Value())
	if p.text.Take != nil && value != "" {
		p.input.CursorEnd()
		p.take(nil, "")
		return
	}
	enter := p.text.Enter
	p.Close()
	if value != "" {
		enter(value)
	}
}

// Paste takes a pasted text, and what there is to say of it. Nothing but a prompt for a text
// takes one.
func (p *Prompt) Paste(pasted []byte, note string) {
	if p.text.Take != nil {
		p.take(pasted, note)
	} else {
		p.changed(p.input.insert(pasted), note)
	}
}

// take gives the text away with what is pasted at the cursor, which stays in the prompt for
// the user to mend.
func (p *Prompt) take(pasted []byte, note string) {
	value, at := []rune(p.input.Value()), p.input.Position()
	t := Taken{Before: string(value[:at]), After: string(value[at:]), Pasted: pasted, Note: note}
	t.Whole = p.input.insert(pasted)
	after, opened := p.input.Value(), p.opened
	t.Close = func() {
		if p.Typing() && p.opened == opened && p.input.Value() == after {
			p.Close()
		}
	}
	p.text.Take(t)
}

// changed says what did not fit, and hands the new text on.
func (p *Prompt) changed(whole bool, note string) {
	if !whole && note != "" {
		note += "; "
	}
	if !whole {
		note += TooLong()
	}
	if note != "" {
		p.warn(note)
	}
	if p.text.Changed != nil {
		p.text.Changed(p.input.Value())
	}
}

// TooLong says that a text did not fit.
func TooLong() string {
	return fmt.Sprintf("only %d characters fit here: the rest was left out", maxInput)
}

// leastInput is the room that is kept for the text, in cells.
const leastInput = 24

// View draws the prompt in a width. The cursor is -1 where there is none.
func (p *Prompt) View(t *style.Theme, width int) (line string, cursor int) {
	l := style.NewLine(t, style.Plain).Space(1)
	if p.asks == yesOrNo {
		return p.question.view(l, width), -1
	}
	label := p.text.Label()
	l.Cut(style.Accent, label, width-2)
	if strings.HasSuffix(label, " ") {
		l.Space(1)
	}
	role, aside := style.Text, ""
	if room := width - l.Width() - leastInput; p.text.Aside != nil && room >= leastInput {
		if role, aside = p.text.Aside(room); sanitize.Width(aside) > room {
			aside = ""
		}
	}
	room := width - sanitize.Width(aside) - 2
	typed, at := p.input.shown(t.Charset, max(room-l.Width(), 1))
	cursor = l.Width() + at
	return l.Put(style.Text, typed).PadTo(room+1).Put(role, aside).String(), cursor
}

// Question is asked before something is done that takes more than one key to take back. Y
// and enter say yes; n, esc and ctrl+c say no.
type Question struct {
	Text  string // such as "Remove 4 jobs?"
	Aside string // what else there is to know; cut where there is no room
	Yes   func()
	No    func()
}

// press is a key by its name, and when it was pressed.
type press struct {
	key string
	at  time.Time
}

// The key that asked a question may answer it too, but not while it is held: then it comes
// again after 250 to 700 ms, and from then on every 30 to 90.
const (
	openerRest = 500 * time.Millisecond // so long it must not have come before it answers
	openerWait = 150 * time.Millisecond // and so long it must not come again afterwards
)

// answerMsg says that the key that asked has answered, unless it came again since.
type answerMsg struct{ press press }

// Confirm asks a question, for the key that was pressed last.
func (p *Prompt) Confirm(q Question) { p.asks, p.question, p.opener = yesOrNo, q, p.last }

// Update acts on a message of the prompt's own.
func (p *Prompt) Update(msg tea.Msg) {
	if msg, ok := msg.(answerMsg); ok && p.asks == yesOrNo && p.opener == msg.press {
		p.yes()
	}
}

// answered acts on a key while a question is asked.
func (p *Prompt) answered(msg tea.KeyMsg, now time.Time) tea.Cmd {
	repeated := len(msg.Runes) > 1
	if repeated { // keys that arrived together: one that is held, or text, which is no answer
		if len(slices.Compact(slices.Clone(msg.Runes))) > 1 {
			p.opener.at = now
			return nil
		}
		msg.Runes = msg.Runes[:1]
	}
	switch name := msg.String(); name {
	case "n", "esc", "ctrl+c":
		no := p.question.No
		p.Close()
		no()
	case p.opener.key:
		rested := now.Sub(p.opener.at) >= openerRest && !repeated
		p.opener.at = now
		if opener := p.opener; rested {
			return tea.Tick(openerWait, func(time.Time) tea.Msg { return answerMsg{opener} })
		}
	case "y", "enter":
		p.yes()
	}
	return nil
}

func (p *Prompt) yes() {
	yes := p.question.Yes
	p.Close()
	yes()
}

func (q *Question) view(l *style.Line, width int) string {
	answers := " y/n, enter: yes"
	if sanitize.Width(q.Text)+len(answers) > width-2 {
		answers = " y/n"
	}
	l.Cut(style.Warn, q.Text, width-2-len(answers)).Put(style.Warn, answers).Space(2)
	return l.Cut(style.Warn, q.Aside, width-1-l.Width()).String()
}
