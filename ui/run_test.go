package ui

import (
	"errors"
	"io"
	"testing"

	"example.com/jobwatch/poller/panics"
)

// A bug in the reading of keys must not be one over a raw screen: it is told, and there
// are no more keys.
func TestABugInTheKeyboardIsTold(t *testing.T) {
	var told *panics.Error
	n, err := keys{nil, func(e *panics.Error) { told = e }}.Read(make([]byte, 10))
	if n != 0 || !errors.Is(err, io.EOF) || told == nil {
		t.Errorf("read %d, %v; told %v", n, err, told)
	}
}
