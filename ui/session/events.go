package session

import (
	"context"
	"fmt"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
)

// Kind says what happened.
type Kind uint8

// The kinds of events. The first four say what to redraw.
const (
	Added         Kind = iota // a record; see [Record.Saving]
	Changed                   // a record
	Removed                   // a record
	BatchSet                  // a batch is there, or has another name
	Ended                     // a record's job was seen to end
	BatchFinished             // the last unfinished job of a batch ended
	APIAway                   // the API has not answered for Span: after 10 s, and after a minute
	APIBack                   // it answers again after Span, and APIAway was told
	FileSaved                 // a record's PDF was saved, or found to be, as Text says
	FileFailed                // a record's PDF can't be had because of Text; unless it is tried Again
	FileCanceled              // a record's PDF was given up
	UnknownStatus             // Text is about a status that the API gives
	Warned                    // Text is about jobwatch itself, and a trouble
	Noted                     // Text is about jobwatch itself, and good
	Notified                  // Text is for somebody who looks elsewhere
)

// Event is something that happened, for the face to show.
type Event struct {
	Kind   Kind
	Record *Record
	Batch  *Batch
	Again  bool
	Span   time.Duration
	Text   string // untrusted
}

func (s *Session) emit(e Event) { s.events = append(s.events, e) }

// warn emits a warning about jobwatch itself; none for "".
func (s *Session) warn(text string) {
	if text != "" {
		s.emit(Event{Kind: Warned, Text: text})
	}
}

// damaged warns about lines of the state file that could not be read, and names a copy of it.
func (s *Session) damaged(lines int, backup string) {
	if lines == 0 {
		return
	}
	text := "skipped " + store.DamagedLines(lines) + " of the state file"
	if backup != "" {
		text += "; the file as it was is kept as " + backup
	}
	s.warn(text)
}

// ended emits and announces that a job has just ended, and its batch if that finished, too.
func (s *Session) ended(r *Record) {
	s.emit(Event{Kind: Ended, Record: r})
	switch {
	case !r.watched:
	case r.End != job.EndedDone:
		j := s.Public(&r.Job)
		e := notify.Event{
			Kind: notify.JobFailed, ID: r.ID.String(), Batch: r.batch.Name, Description: j.Answer.Description, Cause: Cause(&j),
		}
		if s.cfg.Redact {
			e.ID = r.ID.Short()
		}
		s.announce(e)
	case s.cfg.DownloadAll:
		s.Fetch(r)
	}
	if b := r.batch; b.Done+b.Failed == b.Total {
		s.emit(Event{Kind: BatchFinished, Batch: b})
		if r.watched {
			s.announce(notify.Event{Kind: notify.BatchFinished, Batch: b.Name, Done: b.Done, Failed: b.Failed})
		}
	}
}

// The API may be away for awayShort before the faces hear of it, and for awayLong before
// somebody who looks elsewhere does.
const (
	awayShort = 10 * time.Second
	awayLong  = time.Minute
)

// maxUnknown limits how many unknown statuses are told: one that changes with every answer
// must not fill a log.
const maxUnknown = 10

// unknown tells of a live job's status once if jobwatch does not know it.
func (s *Session) unknown(r *Record) {
	if status := r.Answer.Status; status == "" || status.Known() || r.End.Finished() || !r.watched {
		return
	}
	status := s.Public(&r.Job).Answer.Status
	if s.statuses[status] || len(s.statuses) == maxUnknown {
		return
	}
	s.statuses[status] = true
	s.emit(Event{Kind: UnknownStatus, Text: fmt.Sprintf("the API gives %s the status %q, which jobwatch does not know; "+
		"it waits until such jobs are Done or Error, and checks them ever more rarely", r.ID.Short(), string(status))})
}

// notifyGap is how long after a notification the next one waits.
const notifyGap = 5 * time.Second

// announcing is what a user who looks elsewhere is to be told.
type announcing struct {
	looking  bool           // somebody looks at the screen
	held     []notify.Event // to be told together
	notified time.Time      // when somebody was told last

	commands int    // of the user's, that run or wait to
	failure  string // how the last one failed, as told; "" when it did not
}

// hosted notes whether the API answers. While the user has paused, nobody knows.
func (s *Session) hosted(h poller.Host) {
	s.logHost(h)
	s.host = h
	a := &s.away
	switch {
	case h.State == poller.Paused:
	case h.State == poller.BackingOff && !h.RetryAt.IsZero():
		if a.since.IsZero() {
			a.since = s.cfg.Clock()
			s.after(awayShort, s.checkAway)
			s.after(awayLong, s.checkAway)
		}
		s.checkAway()
	case !a.since.IsZero():
		span, told := s.cfg.Clock().Sub(a.since), a.told
		a.since, a.told = time.Time{}, 0
		if told > 0 {
			s.emit(Event{Kind: APIBack, Span: span})
		}
		if told == awayLong {
			s.announce(notify.Event{Kind: notify.APIBack, Seconds: int(span.Seconds())})
		}
	}
}

// checkAway tells once of each span that the API has been away.
func (s *Session) checkAway() {
	a := &s.away
	span := s.cfg.Clock().Sub(a.since)
	if a.since.IsZero() || s.host.State == poller.Paused {
		return
	}
	for _, limit := range []time.Duration{awayShort, awayLong} {
		if a.told < limit && span >= limit {
			a.told = limit
			s.emit(Event{Kind: APIAway, Span: span})
			if limit == awayLong {
				s.announce(notify.Event{Kind: notify.APIAway, Seconds: int(span.Seconds())})
			}
		}
	}
}

// Looking says whether somebody looks at the screen: who does is not notified.
func (s *Session) Looking(here bool) {
	s.announcing.looking = here
	if here {
		s.announcing.held = nil
	}
}

// announce runs the user's command at once, and notifies a user who looks elsewhere: of all
// that came since just before in one sentence.
func (s *Session) announce(e notify.Event) {
	a, command := &s.announcing, s.cfg.Command
	e.Time = s.cfg.Clock()
	if command != nil {
		a.commands++
		s.run(func(ctx context.Context) func() {
			err := command(ctx, e.Clean()) // here, off the loop: thousands of jobs may fail at once
			return func() { s.commanded(err) }
		})
	}
	if a.looking || !s.cfg.Notify {
		return
	}
	if a.held = append(a.held, e); len(a.held) == 1 {
		s.after(a.notified.Add(notifyGap).Sub(e.Time), s.notify)
	}
}

func (s *Session) notify() {
	a := &s.announcing
	if text := notify.Sentence(a.held); text != "" {
		a.held, a.notified = nil, s.cfg.Clock()
		s.emit(Event{Kind: Notified, Text: text})
	}
}

// commanded ends one run of the user's command. Only a change of how it fails is told.
func (s *Session) commanded(err error) {
	a := &s.announcing
	a.commands--
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	switch {
	case failure == a.failure:
	case failure != "":
		s.warn("the notify command failed: " + failure)
	default:
		s.emit(Event{Kind: Noted, Text: "the notify command works again"})
	}
	a.failure = failure
}

// Announcing is how many runs of the user's command and notifications are to come, and whether
// the last run failed.
func (s *Session) Announcing() (left int, failing bool) {
	return s.announcing.commands + min(len(s.announcing.held), 1), s.announcing.failure != ""
}
