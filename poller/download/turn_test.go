package download

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.com/jobwatch/poller/sim/simtest"
)

// doorman gives each request its turn at once, and mends the API after some.
type doorman struct {
	mu    sync.Mutex
	turns int
	mends int
	api   *simtest.Server
}

func (d *doorman) InTurn(ctx context.Context, request func(context.Context) error) error {
	d.mu.Lock()
	d.turns++
	if d.turns == d.mends {
		d.api.Mend()
	}
	d.mu.Unlock()
	return request(ctx)
}

// An API that wants fewer requests costs no PDF: the next turn comes when it wants.
func TestALinkIsAskedForInItsTurn(t *testing.T) {
	door := &doorman{mends: 3}
	k := newHarness(t, func(d *Downloads) { d.inTurn = door.InTurn })
	door.api = k.api
	k.api.Break(simtest.On(simtest.OutputPage, simtest.TooMany("1")))
	if e := k.get(k.done("Report", "b")); e.State != Saved {
		t.Errorf("it ended as %v: %v", e.State, e.Err)
	}
	if door.turns != 3 {
		t.Errorf("%d turns", door.turns)
	}
	k.wantFiles("b/Report.pdf")

	door.mends = 0
	k.api.Break(simtest.On(simtest.OutputPage, simtest.TooMany("1")))
	if e := k.get(k.done("Letter", "b")); e.State != Failed || !strings.Contains(e.Err.Error(), "asked for the PDF") {
		t.Errorf("an API that never wants any: %v, %v", e.State, e.Err)
	}
}

// What is asked of another host is nothing of the API's.
func TestALinkOnAnotherHostNeedsNoTurn(t *testing.T) {
	door := &doorman{}
	k := newHarness(t, func(d *Downloads) { d.inTurn = door.InTurn })
	w := k.done("Report", "b")
	other := httptest.NewServer(http.RedirectHandler(k.base+w.Path, http.StatusFound))
	defer other.Close()
	w.Path = other.URL + "/output"
	if e := k.get(w); e.State != Saved || door.turns != 0 {
		t.Errorf("it ended as %v: %v, after %d turns", e.State, e.Err, door.turns)
	}
}
