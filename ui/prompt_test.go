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

// In a textinput, alt+d before the last letter was the end of the program.
func TestAWordIsDeletedBeforeTheLastLetter(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(2)
		d.paste(text)
		for _, open := range []string{"/", "n", "e", "a"} {
			for _, del := range []string{"alt+d", "alt+delete"} {
				d.press(open, "ctrl+u")
				d.typed("ab")
				d.press("left", del)
				d.asks("a|")
				d.press("esc")
			}
		}
	})
}

// What one read of a slow line brings is inserted whole, also where it spells a key.
func TestLettersThatComeTogetherAreTyped(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.press("/")
		for _, text := range []string{"up", " ", "home", "end", "ctrl+l"} {
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text)})
		}
		d.asks("/up homeendctrl+l|")
	})
}

func TestAPasteGoesIntoTheFilter(t *testing.T) {
	withHarness(t, func(d *harness) {
		ids, text := d.jobs(3)
		d.paste(text)
		for _, form := range []string{
			ids[1].String(), strings.ToUpper(ids[1].String()), strings.ReplaceAll(ids[1].String(), "-", ""),
		} {
			d.press("/")
			d.paste(form)
			d.sees("1 of 3 jobs", ids[1].Short())
			d.seesNot(ids[0].Short(), "nothing new")
			d.press("esc")
		}
		d.press("/")
		d.typed("is: x")
		d.press("left", "left")
		d.paste("live two\nwords\t\x07\r\nand ")
		d.asks("/is:live two words  and | x")
		d.seesNot("no job IDs")
	})
}

// A half-typed ID without hyphens finds its job as soon as it is whole.
func TestAnIDWithoutHyphensIsTypedIntoTheFilter(t *testing.T) {
	withHarness(t, func(d *harness) {
		ids, text := d.jobs(3)
		d.paste(text)
		d.press("/")
		d.typed(strings.ReplaceAll(ids[2].String(), "-", ""))
		d.sees("1 of 3 jobs", ids[2].Short())
	})
}

func TestAPasteGoesIntoNamesOfBatchesAndFiles(t *testing.T) {
	withHarness(t, func(d *harness) {
		ids, text := d.jobs(3)
		d.paste(text)
		d.press("n", "ctrl+u")
		d.typed("of ")
		d.press("home")
		d.paste("invoices ")
		d.press("end")
		d.paste("June\n" + ids[0].String())
		d.press("enter")
		d.sees("the batch is now called invoices of June "+ids[0].String(), "0/3")
		d.press("e", "home")
		d.paste(d.folder + "/")
		d.press("enter")
		d.wait(time.Second)
		d.sees("wrote 3 jobs to " + d.folder)
	})
}

// A paste into the prompt for IDs adds them; one without stays there, to be mended.
func TestAPasteIntoThePromptForIDs(t *testing.T) {
	withHarness(t, func(d *harness) {
		ids, text := d.jobs(4)
		d.press("a")
		d.paste("good morning")
		d.asks("add job IDs: good morning|")
		d.sees("no job IDs in this text")
		d.press("enter")
		d.asks("add job IDs: good morning|")
		d.press("ctrl+u")
		d.paste(text)
		d.sees("added 4 jobs")
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
	})
}

// A question is not answered by a paste, nor is the paste lost.
func TestAPasteWhileAQuestionIsOpen(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(3)
		d.paste(text)
		_, text = d.jobs(2)
		d.press("x")
		d.paste("yes\ny\n")
		d.sees("Remove 3 jobs of pasted 00:00:00?", "no job IDs in the pasted text")
		d.paste(text)
		d.sees("Remove 3 jobs of pasted 00:00:00?", "added 2 jobs", "0/2")
	})
}

func TestAPasteOnOtherScreensAddsItsJobs(t *testing.T) {
	withHarness(t, func(d *harness) {
		for n, screen := range []string{"?", "l", "f", "enter"} {
			_, text := d.jobs(1)
			d.press(screen)
			d.paste(text)
			d.sees("added 1 job")
			d.press("esc")
			d.sees(fmt.Sprintf("%d job", n+1))
		}
	})
}

// A paste goes to what had the keyboard when it came, however long it takes to be read.
func TestAPasteGoesToThePromptThatWasOpen(t *testing.T) {
	withHarness(t, func(d *harness) {
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
	})
}

func TestWhatIsTooLongForAPromptIsSaid(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(1)
		d.paste(text)
		for _, open := range []string{"/", "n", "e", "a"} {
			d.press(open, "ctrl+u")
			d.paste(strings.Repeat("long ", 1000))
			d.asks("long l|")
			d.sees("only 4096 characters fit here")
			d.wait(noteTime)
			d.seesNot("only 4096 characters fit here")
			d.typed("x")
			d.sees("only 4096 characters fit here")
			d.press("home")
			if open == "a" { // IDs are found in all of it
				_, text := d.jobs(2)
				d.paste(strings.Repeat("long ", 1000) + text)
				d.sees("added 2 jobs")
				d.seesNot("characters fit")
			}
			d.press("esc")
			d.wait(noteTime)
		}
	})
}

// Renaming a batch whose name is too long to be shown would cut it.
func TestANameThatIsTooLongForThePromptIsSaid(t *testing.T) {
	withHarness(t, func(d *harness) {
		arrivals := d.arrivals()
		d.leave()
		d.start(func(o *Options) { o.Arrivals = arrivals })
		_, text := d.jobs(1)
		arrivals <- Arrival{Found: foundIn(text), Batch: strings.Repeat("long ", 1000)}
		d.settle()
		d.press("n")
		d.sees("only 4096 characters fit here")
	})
}

func TestTheCursorStandsWhereTheNextLetterGoes(t *testing.T) {
	withHarness(t, func(d *harness) {
		if _, cursor := d.bottom(); cursor >= 0 {
			d.Error("the cursor is shown without a prompt")
		}
		d.demo()
		d.press("/")
		d.asks("/|")
		d.typed("漢字e\u0301x")
		d.asks("/漢字\u00e9x|")
		d.press("left")
		d.asks("/漢字\u00e9|x")
		d.press("left", "left")
		d.asks("/漢|字\u00e9x")
		for width := minWidth; width < 130; width++ {
			d.send(tea.WindowSizeMsg{Width: width, Height: 20})
			d.asks("/漢|字\u00e9x")
		}
		d.send(tea.WindowSizeMsg{Width: 20, Height: 5})
		if d.model.cursor.Shown {
			d.Error("the cursor is shown where the screen is too small")
		}
	})
}

// ctrl+l works everywhere; a focus event has the screen sent again once a minute.
func TestTheScreenIsSentAgain(t *testing.T) {
	withHarness(t, func(d *harness) {
		_, text := d.jobs(2)
		d.paste(text)
		n := 0
		redraws := func(want int, what string) {
			t.Helper()
			if n += want; d.redraws != n {
				t.Errorf("%s: the screen was sent again %d times, want %d", what, d.redraws-n+want, want)
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
	})
}
