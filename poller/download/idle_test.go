//go:build unix

package download

import (
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Somebody presses Ctrl+Z while a PDF comes, and continues later than the idle timeout.
func TestBeingStoppedIsNotIdle(t *testing.T) {
	if os.Getenv("JOBWATCH_TEST_STOPPED") == "" {
		stopped(t)
		return
	}
	gaveUp := make(chan struct{})
	const timeout = time.Second
	go watchIdle(t.Context(), new(atomic.Int64), timeout, func() { close(gaveUp) })
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-gaveUp:
		t.Error("it was given up for having been stopped")
	case <-time.After(timeout / 2):
	}
	<-gaveUp // nothing came since then, too
}

// stopped runs this test in a process of its own, which it has go on once that was
// stopped for long.
func stopped(t *testing.T) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$") //nolint:gosec // G204: ourselves
	child.Env = append(os.Environ(), "JOBWATCH_TEST_STOPPED=yes")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(child.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it did not stop: %v, %v", status, err)
	}
	<-time.After(3 * time.Second)
	if err := child.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}
