package fetch

import (
	"sync"
	"time"
)

// silence gives a download up when nothing was heard of it for a while in which we
// could have heard. A program that was stopped, by ctrl+z or with the whole machine,
// has heard nothing either: what came meanwhile is still to be read.
type silence struct {
	most   time.Duration
	giveUp func()

	mu    sync.Mutex // guards what follows
	timer *time.Timer
	ends  time.Time // when it is too long
	over  bool
}

// late is how much later than asked for a timer fires only where we were stopped.
const late = time.Second

func listen(most time.Duration, giveUp func()) *silence {
	s := &silence{most: most, giveUp: giveUp}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = time.Now().Add(most)
	s.timer = time.AfterFunc(most, s.tooLong)
	return s
}

// heard begins anew.
func (s *silence) heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.ends = time.Now().Add(s.most)
		s.timer.Reset(s.most)
	}
}

func (s *silence) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.timer.Stop()
}

// tooLong is the timer's.
func (s *silence) tooLong() {
	switch past := time.Since(s.ending()); {
	case past < 0: // something was heard at the last moment
	case past > late:
		s.heard()
	default:
		s.giveUp()
	}
}

func (s *silence) ending() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ends
}
