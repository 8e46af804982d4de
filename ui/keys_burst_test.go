package ui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/terminal/keyboard"
)

// takes has the terminal's reader take something out of the keys.
func (d *harness) takes(event keyboard.Event) *harness {
	d.clip.taken = event
	return d.send(tea.KeyMsg{Type: tea.KeyCtrlAt, Alt: true})
}

func (d *harness) burst(text string) *harness { return d.takes(keyboard.Burst{Text: []byte(text)}) }

func TestKeysThatComeAtOnce(t *testing.T) {
	stories(t, map[string]func(*harness){
		// A short text is pasted into the wrong window: it neither undoes nor quits, nor answers a
		// question.
		"of different keys at once only those that move are run": func(d *harness) {
			d.add(5)
			d.press("g")
			d.burst("jju")
			d.sees("5 jobs", "not run: u (")
			if row, _ := d.model.list.Current(); row == nil {
				d.Error("j did not move")
			}
			d.burst("x q\r")
			d.sees("5 jobs", "not run: x space q enter (")
			d.press("?")
			d.burst("?q")
			d.sees("not run: ? q (", "first  ")
			d.press("?", "g", "x")
			d.burst("yx")
			d.burst("no").sees("y/n", "5 jobs")
			if d.quit {
				d.Error("it quit")
			}
		},
		// A slow line brought the first letter so much earlier that it was taken for a key.
		"a paste whose beginning was typed": func(d *harness) {
			ids, _ := d.jobs(3)
			id := ids[0].String()
			pasted := keyboard.Paste{Text: []byte(id), Typed: 1}
			d.press("/", id[:1])
			d.takes(pasted).asks("/" + id + "|")
			d.press("esc", "a", id[:1])
			d.takes(pasted).sees("1 job")
			d.takes(keyboard.Paste{Text: []byte(ids[1].String()), Typed: 1}) // among the jobs
			d.sees("2 jobs")
		},
	})
}
