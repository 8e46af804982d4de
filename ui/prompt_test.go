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
			n := 0
			redraws := func(want int, what string) {
				d.Helper()
				if n += want; d.redraws != n {
					d.Errorf("%s: the screen was sent again %d times, want %d", what, d.redraws-n+want, want)
				}
				n = d.redraws
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
			d.wait(redrawEvery - time.Second)
			d.send(tea.FocusMsg{})
			redraws(0, "the focus, soon after ctrl+l")
			d.wait(time.Second)
			for range 5 {
				d.send(tea.BlurMsg{})
				d.send(tea.FocusMsg{})
			}
			redraws(1, "the focus, a minute later")
		},
	})
}
