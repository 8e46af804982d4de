package download

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/sim/simtest"
)

// A server that sends a PDF byte by byte keeps the place of another download, which it
// might do for days. That is told as silence is.
func TestAPDFThatComesDropByDropIsGivenUp(t *testing.T) {
	k := newDesk(t, func(d *Downloads) { d.idle = 100 * time.Millisecond })
	k.api.Break(drip("%PDF-1.4\n"+strings.Repeat(" ", 500)+"\n%%EOF\n", 5*time.Millisecond))
	e := k.get(k.done("Report", "b"))
	var err *Error
	if e.State != Failed || !errors.As(e.Err, &err) || err.Kind != Broken || !strings.Contains(err.Reason, "less than 1 KiB came") {
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
func TestASlowLineIsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := listen(idle, func() { t.Error("it was given up") })
		defer s.stop()
		for got := int64(audible); got < 1_000_000; got += audible {
			<-time.After(idle - time.Second)
			s.heard(got)
		}
	})
}
