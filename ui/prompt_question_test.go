package ui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// hold holds a key down, as a keyboard repeats it: after a delay of its own, and then
// about thirty times a second.
func (d *harness) hold(key string, delay, span time.Duration) {
	d.press(key)
	for at := delay; at <= span; at += 30 * time.Millisecond {
		if at == delay {
			d.wait(delay)
		} else {
			d.wait(30 * time.Millisecond)
		}
		d.press(key)
	}
}

// Keyboards repeat a held key after 250 ms (the Linux console) to 660 ms (X11) or later.
func TestAHeldKeyDoesNotAnswerItsOwnQuestion(t *testing.T) {
	for _, key := range []string{"x", "c"} {
		for _, delay := range []int{30, 500, 660} {
			withHarness(t, func(d *harness) {
				d.add(3)
				d.waitFor(" 3/3 ")
				d.hold(key, time.Duration(delay)*time.Millisecond, 4*time.Second)
				d.sees("? y/n", "Remove 3 ", "3 done")
				d.wait(400 * time.Millisecond) // let go, and pressed too soon
				d.press(key)
				d.wait(time.Second).sees("? y/n", "Remove 3 ", "3 done")
				d.press(key) // meant
				d.wait(time.Second).sees("Nothing tracked yet.")
			})
		}
	}
}

func TestQuestions(t *testing.T) {
	stories(t, map[string]func(*harness){
		// A slow line brings what was held all at once.
		"a key held over a slow line does not answer its own question": func(d *harness) {
			_, text := d.jobs(3)
			d.paste(text)
			d.press("xxxx").sees("Remove 3 jobs of pasted 00:00:00? y/n")
			for range 3 {
				d.wait(time.Second).press("xxx")
			}
			d.wait(time.Second).sees("Remove 3 jobs of pasted 00:00:00? y/n", "3 jobs")
			d.press("yes please") // text, of a terminal that doesn't say so
			d.wait(time.Second).sees("Remove 3 jobs of pasted 00:00:00? y/n", "3 jobs")
			d.press("yy").sees("Nothing tracked yet.")
		},
		// What is asked about is what is named, whatever other windows do meanwhile.
		"an answer is about what was named": func(d *harness) {
			ids := d.add(3)
			other := d.beside()
			d.press("x").sees("Remove 3 jobs of pasted 00:00:00? y/n")
			other.model.list.Go(ids[0])
			other.press("x")
			_, more := d.jobs(2)
			other.paste(more)
			d.wait(time.Second)
			d.sees("Remove 3 jobs of pasted 00:00:00? y/n", "4 jobs") // in the header
			d.press("y")
			d.wait(time.Second).sees("2 jobs")
		},
	})
}

func TestOnlyYesAndNoAnswerAQuestion(t *testing.T) {
	others := strings.Fields("X c u r d o Y N e p q j k g G / ? l f a s v ! * - 1 0 up down left right tab home end pgup pgdown backspace ctrl+z")
	for _, yes := range []string{"y", "enter"} {
		withHarness(t, func(d *harness) {
			d.add(3)
			for _, no := range []string{"n", "esc", "ctrl+c"} {
				d.press("x")
				for _, other := range others {
					d.wait(time.Second).press(other)
				}
				for _, button := range []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonRight, tea.MouseButtonWheelUp, tea.MouseButtonWheelDown} {
					d.send(tea.MouseMsg{X: 5, Y: 4, Action: tea.MouseActionPress, Button: button})
				}
				d.sees("Remove 3 jobs of pasted 00:00:00? y/n, enter: yes")
				d.press(no).sees("nothing removed", "3 jobs")
			}
			if d.quit {
				t.Error("a key that answered a question quit jobwatch")
			}
			d.press("x", yes).sees("Nothing tracked yet.")
		})
	}
}

// Another key than the one that asked is no answer, whatever it is bound to.
func TestTheKeyThatAskedMayBeAnyKey(t *testing.T) {
	for _, key := range []string{"y", "enter", "n"} {
		withHarness(t, func(d *harness) {
			d.restart(func(o *Options) {
				o.Keys = map[string][]string{"remove": {key}, "copy": {}, "details": {}, "name": {}}
			})
			d.add(2)
			d.hold(key, 500*time.Millisecond, 2*time.Second)
			d.sees("2 jobs")
		})
	}
}
