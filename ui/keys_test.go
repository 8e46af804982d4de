package ui

import (
	"slices"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/ui/terminal/keyboard"
)

// An action can be named in the config file and has one meaning for each of its keys.
func TestActionsHaveNamesAndKeysOfTheirOwn(t *testing.T) {
	names, keys := map[string]bool{}, map[string]string{}
	for _, a := range slices.Concat(actions()...) {
		if a.name == "" || a.Help().Desc == "" || a.in == 0 || (a.perform == nil) == (a.move == nil) {
			t.Errorf("%+v is not complete", a)
		}
		if names[a.name] {
			t.Errorf("two actions are called %s", a.name)
		}
		names[a.name] = true
		for _, key := range a.Keys() {
			if keys[key] != "" {
				t.Errorf("%s and %s have the same key %s", a.name, keys[key], key)
			}
			keys[key] = a.name
		}
	}
}

func TestKeysOfOnesOwn(t *testing.T) {
	stories(t, map[string]func(*harness){
		"keys of ones own work and the help tells them": func(d *harness) {
			d.restart(func(o *Options) {
				o.Keys = map[string][]string{
					"remove": {"d", "ctrl+x"}, "download": {}, "undo": {"ctrl+z", "alt+ "}, "suspend": {},
					"back": {"b"}, "down": {"n", "down", "right"}, "name": {}, "fold": {"left"}, "quit": {"Q"},
				}
			})
			ids, text := d.jobs(3)
			d.paste(text)
			d.press("n", "d").sees("removed 1 job; ctrl+z/alt+space brings it back")
			d.seesNot(ids[0].Short())
			d.press("?")
			d.sees("n/↓   down", "d/ctrl+x         remove", "ctrl+z/alt+space undo", "b     back", "Q                quit")
			d.seesNot("download the PDF", "suspend")
			d.press("b").seesNot("undo")

			// What is typed stays text, whatever its letters do elsewhere.
			d.press("/")
			d.typed("bQnd").sees("/bQnd")
			d.press("esc")
			d.press("q")
			if d.quit {
				d.Error("q quits, though Q was to do so")
			}
			d.press("ctrl+c")
			if !d.quit {
				d.Error("ctrl+c doesn't quit")
			}
		},
	})
}

// takes has the terminal's reader take something out of the keys.
func (d *harness) takes(event keyboard.Event) *harness {
	d.clip.taken = event
	return d.send(tea.KeyMsg{Type: tea.KeyCtrlAt, Alt: true})
}

func (d *harness) focus(in bool) *harness { return d.takes(keyboard.Focus{In: in}) }

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
