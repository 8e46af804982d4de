package poller

import (
	"context"
	"errors"
	"slices"
)

// ErrStopped says that polling has ended, so that no more turns are given.
var ErrStopped = errors.New("polling has stopped")

// InTurn makes a request of somebody else's to the API when it is its turn: within
// the budget, and while the host is in trouble not before a poll might go. What comes
// of it concerns that request alone: of the host it tells nothing but that it wants a
// pause ([job.Problem.Pauses]). request's errors are as Statuser's. While polls are due,
// every second slot is for such requests. Like PollNow, it goes on while polling is
// paused.
//
// It returns request's error, or if it was never made, ctx's or [ErrStopped].
func (p *Poller) InTurn(ctx context.Context, request func(context.Context) error) error {
	g := newGuest()
	p.post(func(l *loop) { l.schedule.guests = append(l.schedule.guests, g) })
	select {
	case <-g.turn:
	case <-ctx.Done():
		p.post(func(l *loop) { l.schedule.excuse(l.now(), g) })
		return ctx.Err()
	case <-p.over:
		return ErrStopped
	}
	err := request(ctx)
	problem := problemOf(err)
	p.post(func(l *loop) {
		now, s, e := l.now(), l.schedule, &g.entry
		switch {
		case problem != nil && problem.Pauses():
			s.answered(now, now, e, nil, problem)
		case s.gate.probe == e && (err == nil || problem != nil): // nothing is polled, and the pause is over
			s.answered(now, now, e, nil, nil)
		default:
			s.calledOff(now, e)
		}
	})
	return err
}

// guest is a request that is no poll. To the schedule it is one of a job that was
// forgotten meanwhile: it takes its slot, and teaches nothing.
type guest struct {
	entry
	turn chan struct{} // closed when it may go
}

func newGuest() *guest {
	g := &guest{turn: make(chan struct{})}
	g.gone = true
	for i := range g.place {
		g.place[i] = nowhere
	}
	return g
}

// choose picks whose turn it is: a guest's, if one waits and the last was a poll's.
func (s *schedule) choose(now float64) (*entry, float64) {
	if len(s.guests) > 0 && s.guestNext {
		return s.admit(), now
	}
	e, t := s.pick(now)
	if e == nil && len(s.guests) > 0 {
		return s.admit(), now
	}
	s.guestNext = e != nil
	return e, t
}

func (s *schedule) admit() *entry {
	g := s.guests[0]
	s.guests = slices.Delete(s.guests, 0, 1)
	s.guestNext = false
	close(g.turn)
	return &g.entry
}

// excuse takes back a guest who does not want to go any more.
func (s *schedule) excuse(now float64, g *guest) {
	if i := slices.Index(s.guests, g); i >= 0 {
		s.guests = slices.Delete(s.guests, i, i+1)
		return
	}
	s.calledOff(now, &g.entry)
}
