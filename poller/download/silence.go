package download

import (
	"sync"
	"time"
)

// silence gives a download up when next to nothing was heard of it for a while in which
// we could have heard. A program that was stopped, by ctrl+z or with the whole machine,
// has heard nothing either: what came meanwhile is still to be read.
type silence struct {
	most   time.Duration
	giveUp func()

	mu    sync.Mutex // guards what follows
	timer *time.Timer
	ends  time.Time // when it is too long
	got   int64     // bytes, when it last began anew
	over  bool
}

// audible is how many further bytes are heard. A server that drips single ones would
// else keep the place of a download that gets on for as long as it likes.
const audible = 1 << 10

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

// heard begins anew, if enough has come; got is how much in all.
func (s *silence) heard(got int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if got-s.got >= audible {
		s.got = got
		s.again()
	}
}

func (s *silence) again() {
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
	s.mu.Lock()
	past := time.Since(s.ends) // below 0: something was heard at the last moment
	stopped := past > late
	if stopped {
		s.again()
	}
	s.mu.Unlock()
	if past >= 0 && !stopped {
		s.giveUp()
	}
}
