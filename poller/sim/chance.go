package sim

import (
	"sync"
	"time"
)

// newDice returns uniform numbers in [0, 1), for any number of goroutines.
func newDice(seed uint64) func() float64 {
	var mu sync.Mutex
	r := other(seed)
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return r.u()
	}
}

// newTokens is a bucket of tokens, full at first, which gains so many a second. The
// function takes one if there is one.
func newTokens(size, rate float64) func(now time.Time) bool {
	var (
		mu     sync.Mutex
		tokens = size
		last   time.Time
	)
	return func(now time.Time) bool {
		mu.Lock()
		defer mu.Unlock()
		if !last.IsZero() {
			tokens = min(size, tokens+rate*now.Sub(last).Seconds())
		}
		last = now
		if tokens < 1 {
			return false
		}
		tokens--
		return true
	}
}
