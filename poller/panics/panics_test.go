package panics_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/jobwatch/poller/panics"
)

func crash(value any) (err error) {
	defer panics.Into(func(e *panics.Error) { err = e })
	panic(value)
}

func TestAPanicBecomesAnErrorWithoutSecrets(t *testing.T) {
	err := crash("no row for 01890a5d-ac96-774b-bcce-b302099a8057 of https://example.com/f?signature=abc")
	e, ok := errors.AsType[*panics.Error](err)
	if !ok || e.What != "no row for 01890a5d… of https://…" {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(e.Stack, "panics_test.go:") || strings.Contains(e.Stack, "0x") {
		t.Errorf("the stack is\n%s", e.Stack)
	}
	if again := crash(e); !errors.Is(again, e) {
		t.Errorf("a panic passed on became %v", again)
	}
}
