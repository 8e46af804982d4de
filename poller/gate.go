package poller

import (
	"math"
	"math/rand/v2"

	"example.com/jobwatch/poller/job"
)

// How the poller treats the host when it fails as a whole.
const (
	unreachableLimit = 3       // no HTTP answer so often in a row: it's not the one job
	troubleLimit     = 5       // 5xx, or no API at all, so often in a row
	longestPause     = 30.0    // seconds between probes, when the host names no time
	longestRetry     = 15 * 60 // seconds: a Retry-After beyond it is a mistake, not a wish
	regain           = 20.0    // seconds in which the rate grows back to the whole budget
	leastShare       = 1.0 / 8 // of the budget, however often episodes follow each other
	askedAgain       = 1.0     // seconds between probes that the user asks for
)

// gate is the one breaker for the host. Open, it lets everything through; shut, it
// lets nothing through until a time, then exactly one probe. An episode lasts from
// its shutting to the first probe that succeeds.
type gate struct {
	rand *rand.Rand

	shut     bool
	until    float64 // no probe before it
	probe    *entry  // in flight while shut; nil if none
	probed   float64 // when the last probe left
	probes   int     // failed ones of this episode
	named    bool    // the host itself named until (Retry-After)
	problem  *job.Problem
	inARow   int     // bad answers since the last good one
	share    float64 // of the budget, when it began to grow back
	regained float64 // when it is whole again
}

func newGate(r *rand.Rand) gate { return gate{rand: r, share: 1} }

// allowed is the share of the budget that may be used: halved once an episode, then
// growing back in a straight line.
func (g *gate) allowed(now float64) float64 {
	switch {
	case g.shut:
		return g.share
	case now >= g.regained:
		return 1
	}
	return g.share + (1-g.share)*(1-(g.regained-now)/regain)
}

// opens is when something may be sent: never while a probe is under way, else not
// before the pause is over.
func (g *gate) opens() float64 {
	switch {
	case !g.shut:
		return 0
	case g.probe != nil:
		return never
	}
	return g.until
}

// sent tells the gate of a request. If it is shut, that is the probe.
func (g *gate) sent(now float64, e *entry) {
	if g.shut {
		g.probe, g.probed = e, now
	}
}

// ask brings the next probe forward because the user wants one, unless the host
// itself named the time.
func (g *gate) ask(now float64) {
	if g.shut && !g.named {
		g.until = min(g.until, max(now, g.probed+askedAgain))
	}
}

// lost tells of a request that was called off: it says nothing about the host.
func (g *gate) lost(e *entry) {
	if g.probe == e {
		g.probe = nil
	}
}

// good tells of an answer of the API, and reports whether it ended an episode. Only
// a probe's does: others may have been under way since before.
func (g *gate) good(now float64, e *entry) bool {
	if g.shut && g.probe != e {
		return false
	}
	g.inARow = 0
	if !g.shut {
		if now >= g.regained {
			g.problem = nil
		}
		return false
	}
	g.shut, g.probe, g.probes, g.named = false, nil, 0, false
	g.regained = now + regain
	return true
}

// bad tells of a problem that may be the host's.
func (g *gate) bad(now float64, e *entry, p *job.Problem) {
	g.inARow++
	switch {
	case g.shut && g.probe == e:
		g.probe = nil
		g.probes++
		g.pause(now, p)
	case g.shut:
		// Under way since before the episode: it may only ask for more patience.
		if p.RetryAfter > 0 {
			g.until = max(g.until, now+g.retry(p))
		}
	case p.Kind == job.RateLimited,
		p.Kind == job.Unreachable && g.inARow >= unreachableLimit,
		g.inARow >= troubleLimit:
		g.share = max(leastShare, g.allowed(now)/2)
		g.shut, g.probes = true, 0
		g.pause(now, p)
	}
}

// pause sets the time of the next probe: what the host asks for and up to a second
// more, so that not all of its callers return at once; else full jitter.
func (g *gate) pause(now float64, p *job.Problem) {
	g.problem = p
	g.named = p.RetryAfter > 0
	if g.named {
		g.until = now + g.retry(p)
		return
	}
	g.until = now + g.rand.Float64()*min(longestPause, math.Exp2(float64(g.probes+1)))
}

func (g *gate) retry(p *job.Problem) float64 {
	return min(p.RetryAfter.Seconds(), longestRetry) + g.rand.Float64()
}
