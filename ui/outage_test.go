package ui

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/style"
)

// courses are the faults that show over time.
func courses() (all []course) {
	for _, away := range []struct {
		name string
		time time.Duration
		jobs int
	}{
		{"30 s, with 1,000 jobs", 30 * time.Second, 1000},
		{"10 min, with 10,000 jobs", 10 * time.Minute, 10_000},
		{"8 h, with 1,000 jobs", 8 * time.Hour, 1000},
	} {
		rate := away.jobs / 100
		all = append(all, course{
			fmt.Sprintf("the API is away for %s and a budget of %d/s", away.name, rate), "live",
			fmt.Sprintf("at most %d requests while it is away, at most %d in the first second in which it is back, and"+
				" every job was asked about 2 min later", probes(away.time), rate),
			func(d *harness, seen string) { outage(d, away.jobs, float64(rate), away.time, seen) },
		})
	}
	return append(all, []course{
		{
			"the computer is suspended for 9 h, and its connections are dead", "30 done",
			"that is within 5 s, and nothing is stale", suspend,
		},
		{"the computer's clock is set back by an hour, and right again", "5 done", "nothing waits for it, and no age is negative", setBack},
		{"a job is Done, and then Processing", "1 running", "only once it is asked for anew; its history tells both", backwards},
	}...)
}

// probes is how many requests may be made of an API that is away for so long.
func probes(away time.Duration) int { return 20 + int(away/(10*time.Second)) }

// outage: the API is away for long, with very many jobs waiting. When it is back, they
// don't all come at once, and yet each is asked about soon.
func outage(d *harness, jobs int, rate float64, away time.Duration, seen string) {
	look := tea.WindowSizeMsg{Width: 40, Height: 10}
	d.rate = rate
	d.restart().send(look)
	ids := d.add(jobs, silent(24*time.Hour))
	debug.SetGCPercent(400)
	d.unseen().wait(2 * time.Minute)

	d.api.ResetStats()
	d.api.Break(simtest.Unavailable(""))
	d.wait(away)
	d.send(look).sees("◌")
	d.unseen()
	if n := d.api.Stats().Requests; n > probes(away) {
		d.Errorf("%d requests while it was away, want at most %d", n, probes(away))
	}

	d.api.Mend()
	back := time.Now()
	d.api.ResetStats()
	for d.api.Stats().Requests == 0 {
		d.wait(10 * time.Millisecond)
	}
	found := time.Now()
	d.wait(time.Second)
	if n := d.api.Stats().Requests; n > int(rate) {
		d.Errorf("%d requests in the first second after it was back, with a budget of %v", n, rate)
	}
	d.wait(2*time.Minute - time.Since(found))
	d.send(look).sees(seen)
	late := 0
	for _, id := range ids {
		if _, last := d.api.Polled(id); last.Before(back) {
			late++
		}
	}
	if late > 0 {
		d.Errorf("%d jobs have not been asked about 2 minutes after it was back", late)
	}
}

// suspend: the lid is closed for a night. The connections are dead then, of which nobody
// tells; and everything is finished.
func suspend(d *harness, seen string) {
	var night atomic.Int64
	dial := d.transport.DialContext
	d.leave()
	d.transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		return &mortal{conn, night.Load(), &night}, err
	}
	d.start()
	d.add(30, silent(2*time.Hour))
	d.wait(20*time.Second).sees("30 running", "live")

	d.slept.Add(int64(9 * time.Hour))
	night.Add(1)
	d.wait(5 * time.Second).sees(seen)
	d.seesNot("stale", "no answer")
}

// mortal is a connection that leads nowhere after a night: what is written is gone,
// and nothing ever comes.
type mortal struct {
	net.Conn
	made  int64
	night *atomic.Int64
}

func (c *mortal) Write(p []byte) (int, error) {
	if c.night.Load() > c.made {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// setBack: somebody sets the clock back by an hour. Nothing waits for it to come round
// again, and no age is negative.
func setBack(d *harness, seen string) {
	d.add(5, silent(time.Minute))
	d.press("down").wait(20 * time.Second)
	d.skew.Add(int64(-time.Hour))
	d.wait(10*time.Second).sees("5 running", "live")
	d.seesNot("-3", "-5", "stale")
	d.wait(100 * time.Second).sees("5 done")
	d.seesNot("-3", "-5")
	d.skew.Add(int64(time.Hour)) // and right again
	d.wait(10 * time.Second).sees(seen)
}

// backwards: an API that restarted from a backup may say of a job what it was before.
// What it says last counts, but for what is finished, unless asked.
func backwards(d *harness, seen string) {
	says := func(answer string) { d.api.Break(simtest.JSON(`{"id":"{id}",` + answer + `}`)) }
	_, text := d.jobs(1, silent(time.Hour))
	says(`"status":"Processing","progress":0.8`)
	d.paste(text).press("down")
	d.wait(5 * time.Second).sees("80%")
	says(`"status":"Processing","progress":0.3`)
	d.wait(time.Minute).sees("1 running", "live")
	says(`"status":"Not Started"`)
	d.waitFor("1 queued").sees("live")
	says(`"status":"Done"`)
	d.waitFor("1 done")
	says(`"status":"Processing"`)
	d.wait(5 * time.Minute).sees("1 done")
	d.press("r").waitFor(seen)
	if details := d.details(); !strings.Contains(details, "✓ Done") || strings.Count(details, "◐ Processing") < 2 {
		d.Errorf("the history does not tell it:\n%s", d.screen())
	}
	says(`"status":"Done"`)
	d.waitFor("1 done")
	if n := strings.Count(d.details(), "✓ Done"); n < 2 {
		d.Errorf("the history does not tell it:\n%s", d.screen())
	}
}

// The API says of a job what nobody knows, for hours.
func TestAStatusNobodyKnowsIsTold(t *testing.T) {
	withHarness(t, func(d *harness) {
		d.add(2, silent(5*time.Hour))
		d.wait(3 * time.Second).sees("2 running")
		d.api.Break(simtest.JSON(`{"id":"{id}","status":"Cancelled","progress":0.4,"status_meta":"by its owner"}`))
		d.waitFor("the status \"Cancelled\", which jobwatch does not know").press("down", "down")
		d.unseen().wait(time.Hour).seen().sees("◐ Cancelled", style.UnknownStatus, "by its owner", "live")
		d.seesNot("stale", "stalled")
		d.api.ResetStats()
		d.unseen().wait(time.Hour)
		if n := d.api.Stats().Requests; n < 2 || n > 8 {
			d.Errorf("%d requests for 2 jobs in the second hour", n)
		}
		d.seen().seesNot("stale", "stalled")
		d.press("l").sees("which jobwatch does not know")
		d.press("l")
		d.api.Mend()
		d.press("R")
		d.wait(5 * time.Second).sees("◐ Processing")
		d.seesNot(style.UnknownStatus)
	})
}
