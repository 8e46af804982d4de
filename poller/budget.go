package poller

import "math"

// budget is a token bucket: rate requests a second on average, burst at once after
// a quiet time. Times are the schedule's.
type budget struct {
	rate, burst float64
	tokens      float64
	filled      float64 // when tokens was right
}

func newBudget(rate, burst float64) budget {
	return budget{rate: rate, burst: burst, tokens: burst}
}

// refill adds what the time since the last refill is worth, at share (0 to 1] of
// the rate. While the share is below 1 nothing may be saved up for a burst.
func (b *budget) refill(now, share float64) {
	burst := b.burst
	if share < 1 {
		burst = 1
	}
	if !math.IsInf(b.rate, 1) {
		b.tokens = min(burst, b.tokens+max(0, now-b.filled)*b.rate*share)
	}
	b.filled = now
}

// ready is when there is a token; the past if there is one. The tiny slack keeps
// rounding from asking for one more, infinitely short, wait.
func (b *budget) ready(share float64) float64 {
	if b.tokens >= 1-1e-6 || math.IsInf(b.rate, 1) {
		return 0
	}
	return b.filled + (1-b.tokens)/(b.rate*share)
}

func (b *budget) take() { b.tokens-- }

// empty forgets what was saved up, so that nothing bursts after a pause.
func (b *budget) empty() { b.tokens = min(b.tokens, 0) }
