package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/style"
	"example.com/jobwatch/ui/terminal"
	"example.com/jobwatch/ui/terminal/keyboard"
)

// Console is the terminal that a dashboard runs on.
type Console struct {
	*keyboard.Reader
	screen *terminal.Screen
	env    terminal.Env
	mode   string      // of notifications
	broken func(error) // ends the dashboard
}

var _ Terminal = (*Console)(nil)

// NewConsole returns the console of a terminal open for reading and for writing.
func NewConsole(in, out *os.File, env terminal.Env, mode string) *Console {
	return &Console{Reader: keyboard.NewReader(in), screen: terminal.NewScreen(out, env), env: env, mode: mode}
}

// Copy implements [Terminal].
func (c *Console) Copy(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second) // tmux answers at once or never
	defer cancel()
	return c.screen.Copy(ctx, text)
}

// Title implements [Terminal].
func (c *Console) Title(title string, percent int, failed bool) {
	c.screen.Title(title)
	c.screen.Send(notify.Progress(c.env, percent, failed))
}

// Notify implements [Terminal].
func (c *Console) Notify(text string) { c.screen.Send(notify.Sequence(c.env, c.mode, text)) }

// Read implements io.Reader, in a goroutine of Bubble Tea's that does not recover panics, and
// that only ends at the end of the terminal. After either, there are no more keys.
func (c *Console) Read(p []byte) (n int, err error) {
	defer panics.Into(func(e *panics.Error) {
		c.broken(e)
		n, err = 0, io.EOF
	})
	if n, err = c.Reader.Read(p); errors.Is(err, io.EOF) {
		c.broken(terminal.ErrGone)
	}
	return n, err
}

// How long the end may take if something hangs.
const (
	quitGrace  = 2 * time.Second // for the loop to end after Quit
	killGrace  = time.Second     // and after Kill
	flushGrace = time.Second     // for the terminal to take the rest of its output
)

// Run shows a dashboard until the user leaves it or ctx ends, and then restores the
// terminal, whatever happens. Its error says why the dashboard ended by itself: a
// [panics.Error] if it crashed.
func (c *Console) Run(ctx context.Context, m *Model, mouse bool) error {
	l := &loop{Model: m, console: c, mouse: mouse}
	c.broken = func(err error) { l.program.Send(brokenMsg{err}) }
	c.screen.OnError = c.broken
	options := []tea.ProgramOption{
		tea.WithInput(c), tea.WithOutput(c.screen), tea.WithAltScreen(), tea.WithReportFocus(),
		tea.WithFPS(1), // how often it looks for frames of its own; there are none
		// Bubble Tea would print a stack trace over the raw screen.
		tea.WithoutSignalHandler(), tea.WithoutCatchPanics(),
	}
	if mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	l.program = tea.NewProgram(l, options...)
	hangs := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		go l.program.Quit()
		time.AfterFunc(quitGrace, l.program.Kill)
		time.AfterFunc(quitGrace+killGrace, func() { close(hangs) })
	})()
	var end func()
	l.stopAll, end = terminal.WatchStops(func(stop func()) { l.program.Send(suspendMsg{stop}) },
		func(e *panics.Error) { c.broken(e) })
	defer end()
	l.restoreMode = terminal.KeepMode(c.File)
	defer l.restoreMode()
	l.enter(false)

	ended := make(chan error, 1)
	go func() {
		defer panics.Into(func(e *panics.Error) { ended <- e }) // in Bubble Tea itself
		_, err := l.program.Run()
		ended <- err
	}()
	select {
	case err := <-ended:
		if _, broke := errors.AsType[*panics.Error](err); broke {
			c.abandon() // Bubble Tea did not restore it
			return err
		}
		c.leave()
		switch {
		case l.fatal != nil, err == nil, ctx.Err() != nil:
			return l.fatal
		case errors.Is(err, syscall.EIO): // from reading or asking the terminal
			return terminal.ErrGone
		}
		return fmt.Errorf("the dashboard ended: %w", err)
	case <-hangs:
		c.abandon()
		return ErrHung
	}
}

// ErrHung says that the dashboard did not end after Kill. Its model may still be in use.
var ErrHung = errors.New("the dashboard hung and was left behind")

// leave gives the screen back after Bubble Tea has released it.
func (c *Console) leave() {
	c.screen.Send(notify.Progress(c.env, -1, false))
	c.screen.Leave()
	if !c.screen.Flush(flushGrace) {
		c.abandon()
	}
}

// abandon gives the screen back without Bubble Tea, or to a terminal that takes nothing. It
// sends all sequences, as it is not known which ones arrived.
func (c *Console) abandon() {
	c.screen.Abandon(notify.Progress(c.env, -1, false))
}

// Print writes to the terminal after the dashboard has left it, but does not wait long for a
// terminal that takes nothing.
func (c *Console) Print(text string) {
	c.screen.Send(text)
	c.screen.Flush(flushGrace)
}

// loop stands between Bubble Tea and the Model: it shows the frames, suspends the program,
// and turns panics into errors.
type loop struct {
	*Model
	program *tea.Program
	console *Console
	mouse   bool

	restoreMode func() // the terminal's mode at the start
	stopAll     func() // what the shell started
}

// Init implements tea.Model. It asks for the background before the first frame, as the answer
// must come before the user sees the screen and pastes, or suspends jobwatch.
func (l *loop) Init() tea.Cmd {
	if l.opts.Ask {
		l.console.screen.Send(ansi.RequestBackgroundColor)
	}
	return l.Model.Init()
}

// View implements tea.Model. It gives Bubble Tea nothing to draw: see [terminal.Screen].
func (l *loop) View() string {
	l.console.screen.Show(l.Model.View(), l.cursor)
	return ""
}

// Update implements tea.Model.
func (l *loop) Update(msg tea.Msg) (next tea.Model, cmd tea.Cmd) {
	defer panics.Into(func(e *panics.Error) {
		l.fatal = e
		next, cmd = l, tea.Quit
	})
	switch size := msg.(type) {
	case brokenMsg:
		l.fatal = size.err
		return l, tea.Quit
	case tea.WindowSizeMsg:
		if size.Width == 0 || size.Height == 0 { // unknown
			size = tea.WindowSizeMsg{Width: 80, Height: 24}
			msg = size
		}
		l.console.screen.Resize(size.Width, size.Height)
	case redrawMsg:
		l.console.screen.Redraw()
	case suspendMsg:
		l.suspend(size.stop)
	}
	_, cmd = l.Model.Update(msg)
	return l, cmd
}

// suspend suspends the program until stop returns; nil stops all that the shell started with
// it. Bubble Tea's own way hangs if there is no shell, and forgets the mouse.
func (l *loop) suspend(stop func()) {
	switch {
	case stop == nil && !terminal.HasShell():
		l.say(style.Warn, "there is no shell to come back to: not suspended")
		return
	case stop == nil:
		stop = l.stopAll
	}
	if l.program.ReleaseTerminal() != nil {
		return
	}
	l.console.leave()
	stop()
	l.enter(l.mouse)
	_ = l.program.RestoreTerminal() // where there is no more input, it ends by that
	l.title = ""                    // it was given back, too
}

// enter takes the screen. It sets the terminal's mode first: the kernel stops a process that
// does so in the background, as after bg, until it is in the foreground.
func (l *loop) enter(mouse bool) {
	l.restoreMode()
	l.console.screen.Enter(mouse)
}
