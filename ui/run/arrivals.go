package run

import (
	"context"

	"example.com/jobwatch/poller/panics"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/ids"
)

// arrivals are the jobs given at the start, and the demo's. A panic among them fails
// ctx.
func (a *App) arrivals(ctx context.Context, fail context.CancelCauseFunc, given ids.Found) <-chan ui.Arrival {
	arrivals := make(chan ui.Arrival)
	go func() {
		defer close(arrivals)
		defer panics.Into(func(e *panics.Error) { fail(e) })
		send := func(found ids.Found, batch string, given bool) bool {
			if len(found.IDs) == 0 && found.Near == 0 {
				return true
			}
			select {
			case arrivals <- ui.Arrival{Found: found, Batch: batch, Given: given}:
				return true
			case <-ctx.Done():
				return false
			}
		}
		if !send(given, a.opts.Batch, true) || a.sim == nil {
			return
		}
		for _, b := range a.sim.Demo(1) {
			send(ids.Found{IDs: b.IDs}, b.Name, false)
		}
		for b := range a.sim.Arrivals(ctx, 1) {
			send(ids.Found{IDs: b.IDs}, b.Name, false)
		}
	}()
	return arrivals
}
