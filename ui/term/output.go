package term

import (
	"io"
	"os"
	"sync"
)

// Output is the terminal that we write to. Bubble Tea writes its frames through it
// (tea.WithOutput finds the terminal by Fd) and we our own sequences between them:
// each write is whole, so that no sequence lands inside another.
type Output struct {
	mu   sync.Mutex
	file *os.File
}

// NewOutput returns the Output of a terminal, or of any other file.
func NewOutput(file *os.File) *Output { return &Output{file: file} }

// Write writes all of p, or says why not. It waits as long as the terminal is
// stopped (ctrl+s).
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.Write(p)
}

// WriteString is [Output.Write]; without it, [io.WriteString] would copy.
func (o *Output) WriteString(s string) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.WriteString(s)
}

// Send writes a sequence between two frames. Call it from a command, not from
// Update: like Write, it waits for a stopped terminal. What can't be written is lost,
// as nobody is there to read it.
func (o *Output) Send(sequence string) {
	if sequence != "" {
		_, _ = io.WriteString(o, sequence)
	}
}

// Read reads from the file; with it, Output is what Bubble Tea takes for a terminal.
func (o *Output) Read(p []byte) (int, error) { return o.file.Read(p) }

// Close closes the file.
func (o *Output) Close() error { return o.file.Close() }

// Fd returns the file's descriptor.
func (o *Output) Fd() uintptr { return o.file.Fd() }
