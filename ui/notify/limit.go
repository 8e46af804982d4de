package notify

import "time"

// gap is how long after a notification the next one waits.
const gap = 5 * time.Second

// Limiter gathers news so that there is never more than one notification in 5 s.
// It has no clock and no goroutine: each call is told the time. The zero value is ready.
type Limiter struct {
	last    time.Time // when news were last told
	waiting []News
}

// Add takes news, and returns all that is to be told now: nothing, if something was
// told less than 5 s ago. Then [Limiter.Next] says when to call [Limiter.Due].
func (l *Limiter) Add(news News, now time.Time) []News {
	l.Hold(news)
	return l.Due(now)
}

// Hold takes news to be told later, when [Limiter.Due] is called.
func (l *Limiter) Hold(news News) { l.waiting = append(l.waiting, news) }

// Due returns what is to be told now, and takes it as told.
func (l *Limiter) Due(now time.Time) []News {
	if len(l.waiting) == 0 || now.Before(l.Next()) {
		return nil
	}
	told := l.waiting
	l.waiting, l.last = nil, now
	return told
}

// Next returns when the waiting news may be told, the zero time if none wait.
func (l *Limiter) Next() time.Time {
	if len(l.waiting) == 0 {
		return time.Time{}
	}
	return l.last.Add(gap)
}

// Forget drops what waits: the user looks at the screen now.
func (l *Limiter) Forget() { l.waiting = nil }
