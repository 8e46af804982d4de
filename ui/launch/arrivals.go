package launch

import (
	"context"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui"
	"example.com/jobwatch/ui/crash"
)

// arrivals are the jobs given at the start, and the demo's. A panic among them fails
// ctx.
func (a *App) arrivals(ctx context.Context, fail context.CancelCauseFunc, jobs []job.ID) <-chan ui.Arrival {
	arrivals := make(chan ui.Arrival)
	go func() {
		defer close(arrivals)
		defer crash.Into(func(e *crash.Error) { fail(e) })
		send := func(ids []job.ID, batch string) bool {
			if len(ids) == 0 {
				return true
			}
			select {
			case arrivals <- ui.Arrival{Text: text(ids), Batch: batch}:
				return true
			case <-ctx.Done():
				return false
			}
		}
		if !send(jobs, a.opts.Batch) || a.sim == nil {
			return
		}
		for _, b := range a.sim.Demo(1) {
			send(b.IDs, b.Name)
		}
		for b := range a.sim.Arrivals(ctx, 1) {
			send(b.IDs, b.Name)
		}
	}()
	return arrivals
}

func text(ids []job.ID) []byte {
	var b []byte
	for _, id := range ids {
		b, _ = id.AppendText(b) // never fails
		b = append(b, '\n')
	}
	return b
}
