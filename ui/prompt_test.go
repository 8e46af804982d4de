package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// bottom is the footer, and how many cells of it are left of the terminal's cursor; -1
// where that is hidden.
func (d *harness) bottom() (text string, cursor int) {
	lines := strings.Split(d.screen(), "\n")
	c := d.model.cursor
	if !c.Shown {
		return lines[len(lines)-1], -1
	}
	if c.Y != len(lines)-1 {
		d.Errorf("the cursor is in row %d of %d", c.Y, len(lines))
	}
	return lines[len(lines)-1], c.X
}

// asks wants a prompt's text around the cursor, which | stands for.
func (d *harness) asks(want string) {
	d.Helper()
	text, cursor := d.bottom()
	before, after, _ := strings.Cut(want, "|")
	if !strings.HasSuffix(ansi.Truncate(text, cursor, ""), before) || !strings.HasPrefix(ansi.TruncateLeft(text, cursor, ""), after) {
		d.Errorf("the prompt is %q, with the cursor at %d, want %s", text, cursor, want)
	}
}

func TestPrompts(t *testing.T) {
	stories(t, map[string]func(*harness){
		// What one read of a slow line brings is inserted whole, also where it spells a key.
		"letters that come together are typed": func(d *harness) {
			d.press("/")
			for _, text := range []string{"up", " ", "home", "end", "ctrl+l"} {
				d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
			}
			d.asks("/up homeendctrl+l|")
		},
		"a paste goes into the filter": func(d *harness) {
			ids := d.add(3)
			for _, form := range []string{
				ids[1].String(), strings.ToUpper(ids[1].String()), strings.ReplaceAll(ids[1].String(), "-", ""),
			} {
				d.press("/")
				d.paste(form).sees("1 of 3 jobs", ids[1].Short())
				d.seesNot(ids[0].Short(), "nothing new")
				d.press("esc")
			}
			d.press("/")
			d.typed("is: x").press("left", "left")
			d.paste("live two\nwords\t\x07\r\nand ").asks("/is:live two words  and | x")
			d.seesNot("no job IDs")
		},
		"a paste goes into names of batches and files": func(d *harness) {
			ids := d.add(3)
			d.press("n", "ctrl+u")
			d.typed("of ").press("home")
			d.paste("invoices ").press("end")
			d.paste("June\n" + ids[0].String())
			d.press("enter").sees("the batch is now called invoices of June "+ids[0].String(), "0/3")
			d.press("e", "home")
			d.paste(d.folder + "/").press("enter")
			d.wait(time.Second).sees("wrote 3 jobs to " + d.folder)
		},
		// A paste into the prompt for IDs adds them; one without stays there, to be mended.
		"a paste into the prompt for IDs": func(d *harness) {
			ids, text := d.jobs(4)
			d.press("a")
			d.paste("good morning").asks("add job IDs: good morning|")
			d.sees("no job IDs in this text")
			d.press("enter").asks("add job IDs: good morning|")
			d.press("ctrl+u")
			d.paste(text).sees("added 4 jobs")
			if _, cursor := d.bottom(); cursor >= 0 {
				d.Error("the prompt is still open")
			}
			d.press("u", "y")

			half := ids[0].String()
			d.press("a")
			d.typed(half[:20])
			d.paste(half[20:]) // half typed, half pasted
			d.sees("added 1 job")
			d.press("a")
			d.typed(ids[1].String())
			d.paste(ids[2].String() + "\n" + ids[3].String()) // a whole one, then others
			d.sees("added 3 jobs")
		},
		// A question is not answered by a paste, nor is the paste lost.
		"a paste while a question is open": func(d *harness) {
			_, text := d.jobs(3)
			d.paste(text)
			_, text = d.jobs(2)
			d.press("x")
			d.paste("yes\ny\n").sees("Remove 3 jobs of pasted 00:00:00?", "no job IDs in the pasted text")
			d.paste(text).sees("Remove 3 jobs of pasted 00:00:00?", "added 2 jobs", "0/2")
		},
		"a paste on other screens adds its jobs": func(d *harness) {
			for n, screen := range []string{"?", "l", "f", "enter"} {
				_, text := d.jobs(1)
				d.press(screen)
				d.paste(text).sees("added 1 job")
				d.press("esc").sees(fmt.Sprintf("%d job", n+1))
			}
		},
		// A paste goes to what had the keyboard when it came, however long it takes to be read.
		"a paste goes to the prompt that was open": func(d *harness) {
			_, text := d.jobs(2)
			_, cmd := d.model.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
			d.press("/")
			d.typed("x")
			d.run(cmd)
			d.settle()
			d.asks("/x|")
			d.sees("added 2 jobs")
			d.press("esc", "a")
			_, cmd = d.model.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("no ID"), Paste: true})
			d.press("esc", "n")
			d.run(cmd)
			d.settle()
			d.seesNot("no ID|")
			d.sees("no job IDs in this text", "name of the batch: pasted")
		},
		"what is too long for a prompt is said": func(d *harness) {
			d.add(1)
			for _, open := range []string{"/", "n", "e", "a"} {
				d.press(open, "ctrl+u")
				d.paste(strings.Repeat("long ", 1000)).asks("long l|")
				d.sees("only 4096 characters fit here")
				d.wait(noteTime).seesNot("only 4096 characters fit here")
				d.typed("x").sees("only 4096 characters fit here")
				d.press("home")
				if open == "a" { // IDs are found in all of it
					_, text := d.jobs(2)
					d.paste(strings.Repeat("long ", 1000) + text).sees("added 2 jobs")
					d.seesNot("characters fit")
				}
				d.press("esc").wait(noteTime)
			}
		},
		// ctrl+l works everywhere; a focus event has the screen sent again once a minute.
		"the screen is sent again": func(d *harness) {
			d.add(2)
			redraws := func(want int, what string) {
				d.Helper()
				if d.redraws != want {
					d.Errorf("%s: the screen was sent again %d times, want %d", what, d.redraws, want)
				}
				d.redraws = 0
			}
			for _, screen := range []string{"", "?", "l", "f", "enter", "/", "n", "e", "a", "x"} {
				if screen != "" {
					d.press(screen)
				}
				before := d.screen()
				d.press("ctrl+l")
				redraws(1, "ctrl+l in "+screen)
				if d.screen() != before {
					d.Errorf("ctrl+l changed\n%s\nto\n%s", before, d.screen())
				}
				d.press("esc")
			}
			d.wait(time.Minute - time.Second)
			d.focus(true)
			redraws(0, "the focus, soon after ctrl+l")
			d.wait(time.Second)
			for range 5 {
				d.focus(false)
				d.focus(true)
			}
			redraws(1, "the focus, a minute later")
		},
	})
}

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
