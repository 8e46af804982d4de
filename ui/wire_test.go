package ui

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/ui/terminal"
)

// slow is what a terminal may be sent in a second, in bytes: a person on a slow SSH
// line should be glad of us.
const slow = 4096

// A screen full of rows that all progress fits a slow line. Beside it stands what
// Bubble Tea's own renderer sends for the same frames:
//
//	go test ./ui -run SlowLine -v
func TestFiftyRowsThatProgressFitASlowLine(t *testing.T) {
	for _, lasting := range []time.Duration{time.Minute, 5 * time.Minute} {
		withHarness(t, func(d *harness) {
			ours := d.screenOf(200, 60)
			standard := d.standardRenderer()
			d.send(tea.WindowSizeMsg{Width: 200, Height: 60})
			d.add(50, func(_ int, j *sim.Job) { linear(j, lasting) })
			d.wait(5 * time.Second)
			const span = 30 * time.Second
			before, beforeStandard := ours(d.model.View()), standard(d.model.View())
			d.each(span, func() {
				ours(d.model.View())
				standard(d.model.View())
			})
			time.Sleep(time.Second) //nolint:forbidigo // fake clock: what waits is sent
			perSecond := float64(ours(d.model.View())-before) / span.Seconds()
			perSecondStandard := float64(standard(d.model.View())-beforeStandard) / span.Seconds()
			d.Logf("jobs of %v: %.0f B/s; Bubble Tea's renderer sends %.0f", lasting, perSecond, perSecondStandard)
			if perSecond > slow || perSecond < 200 {
				d.Errorf("%.0f B/s are sent, want at most %d, and some", perSecond, slow)
			}
		})
	}
}

// each lets time pass and does something after every message.
func (d *harness) each(span time.Duration, do func()) {
	over := time.After(span)
	for {
		select {
		case msg := <-d.messages:
			d.take(msg)
			do()
		case <-over:
			return
		}
	}
}

// screenOf is a terminal of that size: it is shown frames, and says how many bytes
// it was sent so far.
func (d *harness) screenOf(width, height int) func(frame string) int64 {
	file, err := os.Create(filepath.Join(d.TempDir(), "terminal"))
	if err != nil {
		d.Fatal(err)
	}
	screen := terminal.NewScreen(file, nil)
	d.stop = append(d.stop, func() { _ = screen.Close() })
	_, _ = screen.WriteString(ansi.SetModeAltScreenSaveCursor)
	screen.Resize(width, height)
	return func(frame string) int64 {
		screen.Show(frame, terminal.Cursor{})
		synctest.Wait()
		info, err := file.Stat()
		if err != nil {
			d.Fatal(err)
		}
		return info.Size()
	}
}

// standardRenderer is the same with Bubble Tea's own renderer, at 20 frames a second.
func (d *harness) standardRenderer() func(frame string) int64 {
	sent := &counted{}
	program := tea.NewProgram(&picture{}, tea.WithOutput(sent), tea.WithInput(nil), tea.WithAltScreen(),
		tea.WithFPS(20), tea.WithoutSignalHandler())
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	d.stop = append(d.stop, func() {
		program.Quit()
		if err := <-ended; err != nil {
			d.Error(err)
		}
	})
	program.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	return func(frame string) int64 {
		program.Send(picture{frame})
		synctest.Wait()
		return sent.n.Load()
	}
}

// picture is a model that shows what it was sent last.
type picture struct{ frame string }

func (*picture) Init() tea.Cmd  { return nil }
func (p *picture) View() string { return p.frame }

func (p *picture) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if next, ok := msg.(picture); ok {
		*p = next
	}
	return p, nil
}

// counted counts the bytes that are written to it.
type counted struct{ n atomic.Int64 }

func (c *counted) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return len(p), nil
}
