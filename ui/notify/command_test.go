//go:build !windows

package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/jobwatch/ui/notify"
)

func TestACommandReadsTheEvent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "event")
	event := notify.Event{Kind: "job-failed", Time: time.Unix(1, 0).UTC(), Text: "it failed; $(rm -rf /) 'x'", Batch: "may"}
	if err := notify.NewCommand("cat > "+file).Run(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got notify.Event
	if err := json.Unmarshal(data, &got); err != nil || got != event || !strings.HasSuffix(string(data), "}\n") {
		t.Errorf("it read %q: %v", data, err)
	}
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	for command, want := range map[string]string{
		"echo one >&2; echo 'no such mailbox' >&2; exit 3": "exit status 3: no such mailbox", "exit 4": "exit status 4",
	} {
		if err := notify.NewCommand(command).Run(t.Context(), notify.Event{}); err == nil || err.Error() != want {
			t.Error(err)
		}
	}
}

// What the command starts for itself is not waited for.
func TestACommandNeverHoldsJobwatchUp(t *testing.T) {
	if err := notify.NewCommand("sleep 5 &").Run(t.Context(), notify.Event{}); err != nil {
		t.Error(err)
	}
}

// Jobs fail one after the other for days, and the command hangs each time: only so
// many wait for it.
func TestACommandThatHangsHasNoEndlessQueue(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := notify.NewCommand("exec sleep 20").Run
	ended := make(chan error)
	const events = 1500
	for range events {
		go func() { ended <- h(ctx, notify.Event{}) }()
	}
	for range 500 {
		if err := <-ended; err == nil || err.Error() != "1000 events wait for it, and others were left out" {
			t.Fatal(err)
		}
	}
	cancel()
	for range events - 500 {
		if err := <-ended; !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "terminated") {
			t.Error(err)
		}
	}
}

// A thousand jobs that fail in one moment are no thousand processes.
func TestOnlyAFewCommandsRunAtOnce(t *testing.T) {
	dir := t.TempDir()
	h := notify.NewCommand("touch " + dir + "/$$; ls " + dir + " | wc -l >> " + dir + ".counts; sleep 0.02; rm " + dir + "/$$").Run
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := h(t.Context(), notify.Event{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	counts, err := os.ReadFile(dir + ".counts")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(counts))
	for _, n := range lines {
		if n > "4" || len(n) > 1 {
			t.Errorf("%s ran at once", n)
		}
	}
	if len(lines) != 40 {
		t.Errorf("%d ran", len(lines))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h(ctx, notify.Event{}); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
