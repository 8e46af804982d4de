package poller

import "math"

// budget is a token bucket: rate requests a second on average, burst at once after
// a quiet time. But a burst is that second's worth, not one more on top of it: no
// second, wherever it begins, carries more than the rate. Times are the schedule's.
type budget struct {
	rate, burst float64
	tokens      float64
	filled      float64   // when tokens was right
	sent        []float64 // when the requests of the last second left, oldest first
}

func newBudget(rate, burst float64) budget {
	return budget{rate: rate, burst: burst, tokens: burst}
}

// most is what any one second may carry. Of 2.5 requests that is 3.
func (b *budget) most() int { return int(math.Ceil(max(1, b.rate))) }

func (b *budget) unlimited() bool { return math.IsInf(b.rate, 1) }

// refill adds what the time since the last refill is worth, at share (0 to 1] of
// the rate. While the share is below 1 nothing may be saved up for a burst.
func (b *budget) refill(now, share float64) {
	for len(b.sent) > 0 && b.sent[0]+1 <= now {
		b.accrue(b.sent[0]+1, share)
		b.sent = b.sent[1:]
	}
	b.accrue(now, share)
}

// accrue adds what the time until then is worth. Only what the last second left
// unused can be saved up, and the request that comes next: else a burst would be
// followed by another a second later, and so on.
func (b *budget) accrue(until, share float64) {
	if b.unlimited() {
		return
	}
	room := max(1, min(b.burst, float64(b.most()+1-len(b.sent))))
	if share < 1 {
		room = 1
	}
	b.tokens = min(room, b.tokens+max(0, until-b.filled)*b.rate*share)
	b.filled = until
}

// ready is when a request may leave; the past if one may now. The tiny slack keeps
// rounding from asking for one more, infinitely short, wait.
func (b *budget) ready(share float64) float64 {
	if b.unlimited() {
		return 0
	}
	at := 0.0
	if b.tokens < 1-1e-6 {
		at = b.filled + (1-b.tokens)/(b.rate*share)
	}
	if len(b.sent) >= b.most() {
		at = max(at, b.sent[len(b.sent)-b.most()]+1)
	}
	return at
}

// take is for a request that leaves at the time of the last refill. One that was
// already made, whether it might or not, leaves a debt.
func (b *budget) take() {
	if b.unlimited() {
		return
	}
	b.tokens--
	b.sent = append(b.sent, b.filled)
}

// empty forgets what was saved up, so that nothing bursts after a pause.
func (b *budget) empty() { b.tokens = min(b.tokens, 0) }
