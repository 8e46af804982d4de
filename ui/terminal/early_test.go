//go:build unix

package terminal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/creack/pty"
	"github.com/muesli/termenv"
)

const (
	query   = "\x1b]11;?" // what asks for the background colour
	reached = "main is reached"
	role    = "JOBWATCH_TEST_ROLE" // what the test binary is to be instead of a test
)

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "program": // any program with Bubble Tea and this package in it
		_ = tea.NewProgram(nil)
		fmt.Println(reached, lipgloss.HasDarkBackground())
	case "asks": // what Bubble Tea's init does where nobody told Lip Gloss
		fmt.Println(lipgloss.NewRenderer(os.Stdout, termenv.WithTTY(true)).HasDarkBackground())
	default:
		os.Exit(m.Run())
	}
}

// A terminal that never answers is not asked: main runs at once, and nothing was
// written before it.
func TestAMuteTerminalIsNeitherAskedNorWaitedFor(t *testing.T) {
	said := runOnMuteTerminal(t, "program", reached)
	if bytes.Contains(said, []byte("\x1b")) {
		t.Errorf("the terminal got %q before main", said)
	}
}

// The test above would see a query: this is one.
func TestAQueryWouldBeSeen(t *testing.T) {
	runOnMuteTerminal(t, "asks", query)
}

// runOnMuteTerminal runs this test binary in a role on a terminal that answers
// nothing, until it has said what it is waited for, and returns all that it said.
func runOnMuteTerminal(t *testing.T, as, until string) []byte {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = []string{role + "=" + as, "TERM=xterm-256color"} // no CI: with it, termenv sees no terminal
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = terminal.Close()
	})
	var said []byte
	chunk := make([]byte, 4096)
	for !bytes.Contains(said, []byte(until)) {
		n, err := terminal.Read(chunk)
		said = append(said, chunk[:n]...)
		if err != nil && !bytes.Contains(said, []byte(until)) {
			t.Fatalf("the program ended without %q: %q, %v", until, said, err)
		}
	}
	return said
}
