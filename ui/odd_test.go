package ui

import (
	"testing"
	"time"

	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/style"
)

// The API says of a job what nobody knows, for hours.
func TestAStatusNobodyKnowsIsTold(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.add(2, silent(5*time.Hour))
		d.wait(3 * time.Second).sees("2 running")
		d.api.Break(simtest.JSON(`{"id":"{id}","status":"Cancelled","progress":0.4,"status_meta":"by its owner"}`))
		d.waitFor("the status \"Cancelled\", which jobwatch does not know").press("down", "down")
		d.wait(time.Hour).sees("◐ Cancelled", style.UnknownStatus, "by its owner", "live")
		d.seesNot("stale", "stalled")
		d.api.ResetStats()
		d.wait(time.Hour)
		if n := d.api.Stats().Requests; n < 2 || n > 8 {
			d.Errorf("%d requests for 2 jobs in the second hour", n)
		}
		d.seesNot("stale", "stalled")
		d.press("l").sees("which jobwatch does not know")
		d.press("l")
		d.api.Mend()
		d.wait(time.Hour).press("R")
		d.wait(5 * time.Second).sees("◐ Processing")
		d.seesNot(style.UnknownStatus)
	})
}
