package download

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/sim/simtest"
)

// A server that sends a PDF byte by byte keeps the place of another download, which it
// might do for days.
func TestAPDFThatComesDropByDropIsGivenUp(t *testing.T) {
	k := newHarness(t, idleAfter(100*time.Millisecond))
	k.api.Break(drip("%PDF-1.4\n"+strings.Repeat(" ", 500)+"\n%%EOF\n", 5*time.Millisecond))
	e := k.get(k.done("Report", "b"))
	var err *Error
	if e.State != Failed || !errors.As(e.Err, &err) || !strings.Contains(err.Reason, "less than 1 KiB came") {
		t.Errorf("it ended as %v: %v", e.State, e.Err)
	}
	k.wantFiles()
}

// drip sends a file a byte at a time.
func drip(file string, every time.Duration) simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		drops := time.NewTicker(every)
		defer drops.Stop()
		for i := range len(file) {
			_, _ = w.Write([]byte(file[i : i+1]))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-drops.C:
			case <-r.Context().Done():
				return
			}
		}
	})
}

// A PDF over a line that is merely slow comes to its end: here 1 MB in 8 h.
func TestASlowLineIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		const timeout = 30 * time.Second
		var got atomic.Int64
		go watchIdle(ctx, &got, timeout, func() { t.Error("it was given up") })
		for range 1000 {
			<-time.After(timeout - time.Second)
			got.Add(minProgress)
		}
		cancel()
	})
}
