//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

// Package termtest runs a real program on a real pty for tests: it draws the program's
// output as a terminal would, and types keys into it.
package termtest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	xterm "github.com/charmbracelet/x/term"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Terminal is a pty and its screen.
type Terminal struct {
	testing.TB
	cmd     *exec.Cmd
	pty     *os.File
	mu      sync.Mutex // of screen and raw
	screen  *vt.Emulator
	raw     bytes.Buffer
	title   string        // of the window; there is no stack of them
	moved   chan struct{} // receives after the screen has changed
	done    chan struct{} // closed when the program has closed the terminal
	reads   sync.Mutex    // held while the program's output is not read
	stalled bool          // the test holds reads
	closed  sync.Once
}

// Patience is how long a test waits for what must happen: far longer than a loaded
// machine needs.
const Patience = time.Minute

// Open starts a program on a terminal of a size, as the leader of its session: as a
// terminal's own command, without a shell around it. A standard input, output or
// error that cmd has already stays as it is.
func Open(tb testing.TB, cmd *exec.Cmd, width, height int) *Terminal {
	tb.Helper()
	master, tty, err := openPty()
	if err != nil {
		tb.Fatal(err)
	}
	tm := &Terminal{
		TB: tb, cmd: cmd, pty: master, screen: vt.NewEmulator(width, height),
		moved: make(chan struct{}, 1), done: make(chan struct{}),
	}
	tm.screen.SetCallbacks(vt.Callbacks{Title: func(title string) { tm.title = title }})
	tm.Resize(width, height)
	if cmd.Stdin == nil {
		cmd.Stdin = tty
	}
	if cmd.Stdout == nil {
		cmd.Stdout = tty
	}
	if cmd.Stderr == nil {
		cmd.Stderr = tty
	}
	cmd.ExtraFiles = []*os.File{tty} // for Ctty, whatever the others are
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	err = cmd.Start()
	_ = tty.Close()
	if err != nil {
		_ = master.Close()
		tb.Fatal(err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(answers{master}, tm.screen)
	}()
	go tm.show()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		tm.HangUp()
		tm.Flow()
		<-tm.done
		_ = cmd.Wait()
		// Not Emulator.Close, which races with its Read.
		if pipe, ok := tm.screen.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
		<-answered
	})
	return tm
}

// openPty opens a pty whose master can be closed while it is being read, which
// the pty package's own can't: it has asked for its descriptor.
func openPty() (master, tty *os.File, err error) {
	blocking, tty, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = blocking.Close() }()
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		_ = tty.Close()
		return nil, nil, err
	}
	return os.NewFile(uintptr(fd), blocking.Name()), tty, nil
}

// answers passes on the terminal's answers to queries, unless the program is gone.
type answers struct{ master *os.File }

func (a answers) Write(p []byte) (int, error) {
	_, _ = a.master.Write(p)
	return len(p), nil
}

// control runs f on the master's descriptor.
func (tm *Terminal) control(f func(fd int) error) error {
	conn, err := tm.pty.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}

// show draws what the program writes, until nobody has the terminal open.
func (tm *Terminal) show() {
	defer close(tm.done)
	buf := make([]byte, 64<<10)
	for {
		tm.reads.Lock()
		tm.reads.Unlock() //nolint:staticcheck // only waits while a test stalls the terminal
		n, err := tm.pty.Read(buf)
		tm.mu.Lock()
		tm.raw.Write(buf[:n])
		_, _ = tm.screen.Write(buf[:n])
		// Nothing may be seen before what was asked with it is answered. This waits until all
		// that the emulator says by this pipe has been passed on.
		_, _ = tm.screen.InputPipe().Write(nil)
		tm.mu.Unlock()
		select {
		case tm.moved <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Text returns the screen, a line a row.
func (tm *Terminal) Text() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.screen.String()
}

// Cursor returns the cursor's position, and whether it is visible.
func (tm *Terminal) Cursor() (x, y int, shown bool) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	at := tm.screen.CursorPosition()
	return at.X, at.Y, !tm.screen.CursorHidden()
}

// Wall writes on the terminal as another program would.
func (tm *Terminal) Wall(text string) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	_, _ = tm.screen.WriteString(text)
}

// Raw returns everything that was written to the terminal.
func (tm *Terminal) Raw() string { return tm.Since(0) }

// Since returns what was written to the terminal after its first n bytes.
func (tm *Terminal) Since(n int) string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return string(tm.raw.Bytes()[n:])
}

// Look calls f with the terminal's screen, on which nothing is drawn during the call.
func (tm *Terminal) Look(f func(screen *vt.Emulator)) {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	f(tm.screen)
}

// Sees waits until texts are on the screen, one after the other.
func (tm *Terminal) Sees(texts ...string) {
	tm.Helper()
	for _, text := range texts {
		tm.Until("to see "+text, func() bool { return strings.Contains(tm.Text(), text) })
	}
}

// Until waits for something to become true that changes with the screen.
func (tm *Terminal) Until(what string, is func() bool) {
	tm.Helper()
	deadline := time.After(Patience)
	for !is() {
		select {
		case <-tm.moved:
		case <-deadline:
			tm.Fatalf("waited in vain %s; the screen:\n%s", what, tm.Text())
		}
	}
}

// Type presses keys one after the other. Reports of the focus between them keep them from
// coming at once, as a pasted text does, without a pause.
func (tm *Terminal) Type(keys ...string) {
	tm.Helper()
	tm.Send(strings.Join(keys, "\x1b[I"))
}

// Send sends the bytes of keys.
func (tm *Terminal) Send(keys string) {
	tm.Helper()
	if _, err := io.WriteString(tm.pty, keys); err != nil {
		tm.Error(err)
	}
}

// Paste pastes as terminals with bracketed paste do.
func (tm *Terminal) Paste(text string) {
	tm.Helper()
	tm.Send("\x1b[200~" + text + "\x1b[201~")
}

// Resize changes the window's size.
func (tm *Terminal) Resize(width, height int) {
	tm.mu.Lock()
	tm.screen.Resize(width, height)
	tm.mu.Unlock()
	size := &unix.Winsize{Col: uint16(width), Row: uint16(height)} //nolint:gosec // sizes are small
	if err := tm.control(func(fd int) error { return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size) }); err != nil {
		tm.Error(err)
	}
}

// Stall stops reading what the program writes, until Flow: as when a line hangs, or a
// window's program was stopped.
func (tm *Terminal) Stall() {
	tm.reads.Lock()
	tm.stalled = true
}

// Flow ends Stall.
func (tm *Terminal) Flow() {
	if tm.stalled {
		tm.stalled = false
		tm.reads.Unlock()
	}
}

// HangUp closes the window.
func (tm *Terminal) HangUp() { tm.closed.Do(func() { _ = tm.pty.Close() }) }

// Signal sends the program a signal.
func (tm *Terminal) Signal(s syscall.Signal) {
	tm.Helper()
	if err := tm.cmd.Process.Signal(s); err != nil {
		tm.Error(err)
	}
}

// PID returns the program's process ID.
func (tm *Terminal) PID() int { return tm.cmd.Process.Pid }

// Wait waits for the program's end and returns its exit status, -1 for one that a
// signal ended.
func (tm *Terminal) Wait() int {
	tm.Helper()
	timer := time.AfterFunc(Patience, func() {
		tm.Errorf("it does not end")
		_ = tm.cmd.Process.Kill()
	})
	defer timer.Stop()
	err := tm.cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		tm.Error(err)
	}
	return tm.cmd.ProcessState.ExitCode()
}

// Gone waits until everything that the program wrote has been drawn after its end.
func (tm *Terminal) Gone() { <-tm.done }

// Ended reports whether nobody has the terminal open any more.
func (tm *Terminal) Ended() bool {
	select {
	case <-tm.done:
		return true
	default:
		return false
	}
}

// Cooked reports whether the terminal is in the mode that shells expect: lines are
// edited, keys are echoed, ctrl+c is a signal.
func (tm *Terminal) Cooked() bool {
	const cooked = unix.ICANON | unix.ECHO | unix.ISIG
	is := false
	err := tm.control(func(fd int) error {
		mode, err := xterm.GetState(uintptr(fd))
		is = err == nil && mode.Lflag&cooked == cooked && mode.Oflag&unix.OPOST != 0
		return err
	})
	return err == nil && is
}

// Left waits for the program's end, and wants this exit status and the terminal restored.
func (tm *Terminal) Left(want int) {
	tm.Helper()
	sane := tm.Cooked // asked while the terminal is still there
	got := tm.Wait()
	if !sane() {
		tm.Error("the terminal was left in raw mode")
	}
	<-tm.done
	if got != want {
		tm.Errorf("exit status %d, want %d; the screen:\n%s", got, want, tm.Text())
	}
	tm.Restored()
}

// Quit presses q, and wants the program to end in order.
func (tm *Terminal) Quit() {
	tm.Helper()
	tm.Send("q")
	tm.Left(0)
}

// Restored wants everything undone that the program had requested of the terminal.
func (tm *Terminal) Restored() {
	tm.Helper()
	tm.mu.Lock()
	defer tm.mu.Unlock()
	if tm.screen.IsAltScreen() || tm.screen.CursorHidden() {
		tm.Error("the terminal was not put back as it was")
	}
	if tm.title != "" {
		tm.Errorf("the window is still called %q", tm.title)
	}
	raw := tm.raw.String()
	for on, off := range map[string]string{
		"\x1b[?1049h": "\x1b[?1049l", // the other screen
		"\x1b[?2004h": "\x1b[?2004l", // bracketed paste
		"\x1b[?1002h": "\x1b[?1002l", // the mouse
		"\x1b[?1006h": "\x1b[?1006l",
		"\x1b[?1004h": "\x1b[?1004l", // focus reports
		"\x1b[?25l":   "\x1b[?25h",   // the cursor
		"\x1b[?7l":    "\x1b[?7h",    // no wrapping
		"\x1b[22;2t":  "\x1b[23;2t",  // the title
		"\x1b[>0u":    "\x1b[<u",     // how keys come
	} {
		if strings.LastIndex(raw, on) > strings.LastIndex(raw, off) {
			tm.Errorf("%q was not taken back", on)
		}
	}
}
