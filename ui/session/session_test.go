package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/notify"
	"example.com/jobwatch/ui/session"
)

// face is a face without a screen: it runs what the session hands out, on a fake clock,
// and notes what happens.
type face struct {
	*session.Session
	t       *testing.T
	results chan func()
	events  []session.Event
	saved   [][]store.Op // each save
	full    bool         // the disk
	wanted  []job.ID     // PDFs, each time that one is asked for
	news    chan store.News
	fails   chan error // of following
	polled  []job.ID
	asked   int           // how often somebody asked for jobs
	slow    time.Duration // how long a save takes
}

func tell(t *testing.T, config session.Config, story func(*face)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		story(open(t, config, store.Opened{}))
	})
}

func open(t *testing.T, config session.Config, opened store.Opened) *face {
	t.Helper()
	f := &face{t: t, results: make(chan func(), 1000), news: make(chan store.News), fails: make(chan error)}
	config.Poller, config.Downloads = f, f
	f.Session = session.New(config)
	f.Open(f, opened)
	f.wait(0)
	return f
}

func (f *face) Track(tracked ...poller.Tracked) {
	for _, t := range tracked {
		f.polled = append(f.polled, t.ID)
	}
}

func (f *face) Remove(gone ...job.ID) {
	f.polled = slices.DeleteFunc(f.polled, func(id job.ID) bool { return slices.Contains(gone, id) })
}

func (f *face) PollNow(...job.ID) { f.asked++ }

func (f *face) Cancel(...job.ID) {}

func (f *face) Events() <-chan []download.Event { return nil }
func (f *face) Add(wants ...download.Want) {
	for _, w := range wants {
		f.wanted = append(f.wanted, w.ID)
	}
}

func (f *face) Append(_ context.Context, ops ...store.Op) error {
	<-time.After(f.slow)
	if f.full {
		return errors.New("the disk is full")
	}
	f.saved = append(f.saved, ops)
	return nil
}

func (f *face) Next(ctx context.Context) (store.News, error) {
	select {
	case news := <-f.news:
		return news, nil
	case err := <-f.fails:
		return store.News{}, err
	case <-ctx.Done():
		return store.News{}, ctx.Err()
	}
}

// wait lets time pass.
func (f *face) wait(span time.Duration) {
	over := time.After(span)
	for {
		f.take()
		synctest.Wait()
		select {
		case r := <-f.results:
			r()
			continue
		default:
		}
		select {
		case r := <-f.results:
			r()
		case <-over:
			f.take()
			return
		}
	}
}

func (f *face) take() {
	events, effects := f.Take()
	f.events = append(f.events, events...)
	for _, e := range effects {
		go func() { f.results <- e(f.t.Context()) }()
	}
}

// told returns what happened of some kinds since it was last asked, a line each.
func (f *face) told(kinds ...session.Kind) string {
	f.take()
	var lines []string
	for _, e := range f.events {
		if slices.Contains(kinds, e.Kind) {
			line := e.Text
			if e.Record != nil {
				line = strings.TrimSpace(string(e.Record.ID[0]) + " " + e.Text)
			}
			if e.Batch != nil {
				line += fmt.Sprintf("%s %d %d", e.Batch.Name, e.Batch.Done, e.Batch.Failed)
			}
			lines = append(lines, line)
		}
	}
	f.events = nil
	return strings.Join(lines, "\n")
}

func (f *face) wants(got, want string) {
	f.t.Helper()
	if got != want {
		f.t.Errorf("told was\n%s\nwant\n%s", got, want)
	}
}

func ids(names string) (out []job.ID) {
	for n := range strings.FieldsSeq(names) {
		out = append(out, job.ID{n[0]})
	}
	return out
}

// adds adds the named jobs as a batch and has them polled once they are saved.
func (f *face) adds(batch, names string) {
	added, _ := f.Session.Add(ids(names), f.NewBatch(batch))
	f.Save(func(error) { f.Watch(false, added...) })
	f.wait(0)
}

func (f *face) removes(names string) { f.Session.Remove(session.Members(f.Find(ids(names)))) }

// hears takes the API's answers, such as "a Done".
func (f *face) hears(answers ...string) {
	var u poller.Update
	for _, a := range answers {
		name, status, _ := strings.Cut(a, " ")
		r := job.Report{ID: job.ID{name[0]}, At: time.Now(), Answered: time.Now(), Polls: 1}
		r.Answer = job.Answer{Status: job.Status(status), Progress: job.Unknown}
		switch r.Answer.Status {
		case job.Done:
			r.End = job.EndedDone
		case job.Error:
			r.End, r.Answer.Meta = job.EndedError, "no such font"
		default:
		}
		u.Reports = append(u.Reports, r)
	}
	f.Reported(u)
	f.take()
}

// record is what is known of a job.
func (f *face) record(name string) *session.Record {
	f.t.Helper()
	r, ok := f.Record(job.ID{name[0]})
	if !ok {
		f.t.Fatalf("%s is not tracked", name)
	}
	return r
}

func TestABatchEnds(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b c")
		f.hears("a Done", "b Processing")
		f.wants(f.told(session.Ended, session.BatchFinished), "a")
		f.hears("b Error", "c Done")
		f.wants(f.told(session.Ended, session.BatchFinished), "b\nc\nmay 2 1")
		f.removes("c")
		f.wants(f.told(session.Removed, session.BatchFinished), "c")
		back := f.record("b").Job // which another window removes, and takes that back
		f.Followed(store.News{Ops: []store.Op{store.Forget{ID: back.ID}, store.Track{Job: back}}})
		if b := f.record("a").In(); b.Total != 2 || b.Done != 1 || b.Failed != 1 {
			t.Errorf("the batch is %+v", b)
		}
	})
}

// Statuses wait for a second and are saved together, each job's newest; what the user did
// is saved at once, before them.
func TestSavesAreGathered(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b")
		f.hears("a Processing", "b Processing")
		f.wait(time.Second / 2)
		f.hears("a Done")
		f.wait(time.Minute)
		if len(f.saved) != 2 || len(f.saved[0]) != 3 || len(f.saved[1]) != 2 {
			t.Fatalf("saved were %v", f.saved)
		}
		if a, ok := f.saved[1][0].(store.Observe); !ok || a.Job.End != job.EndedDone {
			t.Errorf("of a, %+v was saved", f.saved[1][0])
		}
		f.hears("b Done")
		f.Rename(f.record("b").In(), "June")
		f.Save(func(error) {})
		f.wait(0)
		if len(f.saved) != 3 || len(f.saved[2]) != 2 {
			t.Fatalf("saved were %v", f.saved)
		}
		if _, ok := f.saved[2][0].(store.SetBatch); !ok || len(f.Unsaved()) > 0 {
			t.Errorf("the name is not saved first: %v", f.saved[2])
		}
	})
}

// What a full disk did not take is kept, in its order, and tried again every 5 s. That is
// told once.
func TestAFullDiskLosesNothing(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b")
		f.full = true
		f.removes("a")
		f.Save(func(err error) {
			if err == nil {
				t.Error("it was saved")
			}
		})
		f.wait(time.Minute)
		f.hears("b Done")
		f.Rename(f.record("b").In(), "June")
		f.Save(func(error) {})
		f.wait(time.Minute)
		f.wants(f.told(session.Warned, session.Noted), "the disk is full; jobwatch goes on watching and tries again")
		if f.SaveError() == nil || len(f.Unsaved()) != 3 {
			t.Errorf("unsaved are %v", f.Unsaved())
		}
		f.full = false
		f.wait(5 * time.Second)
		f.wants(f.told(session.Warned, session.Noted), "changes are saved again")
		last := f.saved[len(f.saved)-1]
		_, first := last[0].(store.Forget)
		_, second := last[1].(store.SetBatch)
		if b, third := last[2].(store.Observe); !first || !second || !third || b.Job.End != job.EndedDone || len(f.Unsaved()) > 0 {
			t.Errorf("saved at last were %v", last)
		}
	})
}

// Another window hears that a job began again: its bar is carried no further.
func TestAJobThatBeganAgainElsewhere(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b")
		for _, name := range []string{"a", "b"} {
			answer := job.Answer{Status: job.Processing, Progress: 0.5}
			f.Reported(poller.Update{Reports: []job.Report{{ID: job.ID{name[0]}, At: time.Now(), Answered: time.Now(), Answer: answer, Speed: 0.01}}})
		}
		again, on := f.record("a").Job, f.record("b").Job
		again.Answered, again.Answer.Progress = again.Answered.Add(time.Second), 0.1
		on.Answered = on.Answered.Add(time.Second)
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: again}, store.Observe{Job: on}}})
		if a, b := f.record("a"), f.record("b"); a.Speed != 0 || a.Answer.Progress != 0.1 || b.Speed != 0.01 || !b.Answered.Equal(on.Answered) {
			t.Errorf("a is %+v, b is %+v", a, b)
		}
	})
}

// Somebody asks again for a job that was given up. What another window gave up counts no
// more until the API answers, but what the API said to it does.
func TestWhoAsksAgainIsNotAnsweredByAnotherWindow(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a")
		givenUp := f.record("a").Job
		givenUp.End, givenUp.Ended = job.EndedGivenUp, time.Now()
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: givenUp}}})
		f.wants(f.told(session.Ended), "a")
		if f.Asked(ids("x")); f.asked > 0 {
			t.Error("nothing was asked for")
		}
		if ends := f.Asked(ids("a x")); f.asked != 1 || len(ends) != 1 || ends[0].End != job.EndedGivenUp {
			t.Errorf("asked for were %v", ends)
		}
		f.Reported(poller.Update{Reports: []job.Report{{ID: job.ID{'a'}, At: time.Now(), Problem: &job.Problem{Kind: job.NotFound}, Answer: givenUp.Answer}}})
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: givenUp}}})
		if f.record("a").End != job.Live {
			t.Error("another window ended it")
		}
		f.adds("june", "b")
		b := givenUp
		b.ID = job.ID{'b'}
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: b}}})
		f.Watch(true, f.record("b")) // as a script does that names it
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: b}}})
		if f.record("b").End != job.Live {
			t.Error("another window ended what a script asks for")
		}
		f.told()
		done := givenUp
		done.Answer.Status, done.Answered, done.End, done.Ended = job.Done, time.Now(), job.EndedDone, time.Now()
		f.Followed(store.News{Ops: []store.Op{store.Observe{Job: done}}})
		f.wants(f.told(session.Ended), "a")
	})
}

// A state file that another program put there has another job, another batch for one, and
// lacks one. What is yet to be written stays.
func TestTheStateFileIsReplaced(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b c")
		f.hears("a Done")
		f.wait(time.Minute)
		f.full = true
		f.adds("june", "d")
		f.told()
		before := f.Membership()
		c := store.Contents{Batches: []store.Batch{{ID: "x", Name: "other"}}, Jobs: []store.Job{f.record("a").Job, f.record("b").Job, {ID: job.ID{'z'}, Batch: "x"}}}
		c.Jobs[0].Batch, c.Jobs[0].End, c.Jobs[0].Answer.Status = "x", job.Live, job.Processing
		f.Followed(store.News{Reset: &c})
		f.wants(f.told(session.Added), "z")
		f.wants(f.told(session.Removed), "")
		if n := f.Membership() - before; n != 3 {
			t.Errorf("%d jobs came, went or moved", n)
		}
		if a := f.record("a"); a.In().Name != "other" || a.In().Done != 1 || a.End != job.EndedDone {
			t.Errorf("a is %+v in %+v", a, a.In())
		}
		if _, there := f.Record(job.ID{'c'}); there || f.record("d").In().Name != "june" || f.record("b").In().Total != 1 {
			t.Error("of c, d and b not all are right")
		}
		f.full = false
		f.wait(10 * time.Second)
		if last := f.saved[len(f.saved)-1]; len(last) != 3 { // the batch june, d, and that a is Done
			t.Errorf("saved were %v", last)
		}
		f.Followed(store.News{Lost: true})
		f.wait(0)
		if last := f.saved[len(f.saved)-1]; len(last) != 4+3 {
			t.Errorf("of a lost file, %v were saved", last)
		}
	})
}

// A PDF that fails of what may pass is tried three times, half a minute apart; others are
// not, and a job that is removed gets none.
func TestPDFsAreTriedAgain(t *testing.T) {
	broken := &download.Error{Reason: "the server broke", Passing: true}
	tell(t, session.Config{DownloadAll: true}, func(f *face) {
		f.adds("may", "a b c d")
		f.hears("a Done", "b Done", "c Error", "d Done")
		fails := func(name string, err error) {
			f.Fetched([]download.Event{{ID: job.ID{name[0]}, State: download.Failed, Err: err}})
		}
		fails("b", &download.Error{})
		for range 3 {
			fails("a", broken)
			f.wait(31 * time.Second)
		}
		if e, ok := f.File(job.ID{'d'}); !ok || e.Size != -1 {
			t.Errorf("of d, %+v is known", e)
		}
		f.removes("d")
		f.Fetched([]download.Event{{ID: job.ID{'d'}, State: download.Running}})
		if !f.Fetching() {
			t.Error("none is pending")
		}
		f.Fetched([]download.Event{{ID: job.ID{'d'}, State: download.Saved}})
		if got := fmt.Sprintf("%c", f.wanted); got != fmt.Sprintf("%c", ids("a b d a a")) {
			t.Errorf("asked for were %s", got)
		}
		var again []bool
		f.take()
		for _, e := range f.events {
			if e.Kind >= session.FileSaved && e.Kind <= session.FileCanceled && e.Record == nil {
				t.Error("something is told of a job that was removed")
			}
			if e.Kind == session.FileFailed {
				again = append(again, e.Again)
			}
		}
		if !slices.Equal(again, []bool{false, true, true, false}) {
			t.Errorf("tried again were %v", again)
		}
		if f.Fetching() {
			t.Error("some are pending")
		}
		if n := f.Fetch(f.record("a"), f.record("c")); n != 1 {
			t.Errorf("%d are fetched when somebody asks again", n)
		}
		f.Fetched([]download.Event{{ID: job.ID{'a'}, State: download.Saved, File: "a.pdf"}})
		f.wants(f.told(session.FileSaved), "a saved a.pdf")
		if f.record("a").File != "a.pdf" || len(f.Unsaved()) == 0 {
			t.Error("where it is was not noted")
		}
	})
}

func TestNeverMoreThanOneNotificationInFiveSeconds(t *testing.T) {
	var mails atomic.Int32
	var works atomic.Bool
	mail := func(context.Context, notify.Event) error {
		mails.Add(1)
		if works.Load() {
			return nil
		}
		return errors.New("no such mailbox")
	}
	tell(t, session.Config{Notify: true, Command: mail}, func(f *face) {
		f.adds("may", "a b c d e")
		f.hears("a Error")
		f.wait(0)
		lines := strings.Split(f.told(session.Notified, session.Warned), "\n")
		slices.Sort(lines) // they come about at once
		f.wants(strings.Join(lines, "\n"), "61000000 failed: no such font\nthe notify command failed: no such mailbox")
		f.hears("b Error")
		f.wait(time.Second)
		f.hears("c Error", "d Done")
		f.wait(3 * time.Second)
		f.wants(f.told(session.Notified, session.Warned), "")
		f.wait(2 * time.Second)
		f.wants(f.told(session.Notified), "2 jobs failed")
		f.Looking(true)
		f.hears("e Error")
		f.wait(time.Minute)
		f.wants(f.told(session.Notified), "")
		if left, failing := f.Announcing(); mails.Load() != 5 || left != 0 || !failing {
			t.Errorf("the command was told of %d; %d are left, failing %v", mails.Load(), left, failing)
		}
		works.Store(true)
		f.Looking(false)
		f.adds("june", "x")
		f.hears("x Error")
		if left, _ := f.Announcing(); left != 2+1 {
			t.Errorf("%d commands and notifications are left", left)
		}
		f.wait(time.Minute)
		lines = strings.Split(f.told(session.Noted, session.Notified), "\n")
		slices.Sort(lines)
		f.wants(strings.Join(lines, "\n"), "batch june finished: 0 done, 1 failed; 78000000 failed: no such font\nthe notify command works again")
	})
}

func TestTheAPIIsAway(t *testing.T) {
	var mails []string
	mail := func(_ context.Context, e notify.Event) error {
		mails = append(mails, e.Text)
		return nil
	}
	tell(t, session.Config{Command: mail}, func(f *face) {
		gone := poller.Host{State: poller.BackingOff, RetryAt: time.Now().Add(time.Hour)}
		rarely := poller.Host{State: poller.BackingOff} // it answers, and is asked ever more
		for range 5 {
			for _, away := range []time.Duration{9 * time.Second, 59 * time.Second} {
				f.Reported(poller.Update{Host: gone})
				f.wait(away)
				f.Reported(poller.Update{Host: rarely})
				f.wait(20 * time.Second)
			}
		}
		f.Reported(poller.Update{Host: gone})
		f.wait(time.Hour)
		f.Reported(poller.Update{Host: poller.Host{State: poller.Paused}}) // nobody knows
		f.Reported(poller.Update{})
		f.wait(0)
		spans := ""
		for _, e := range f.events {
			switch e.Kind {
			case session.APIAway:
				spans += fmt.Sprint("away ", e.Span, ", ")
			case session.APIBack:
				spans += fmt.Sprint("back ", e.Span, ", ")
			default:
			}
		}
		f.wants(spans, strings.Repeat("away 10s, back 59s, ", 5)+"away 10s, away 1m0s, back 1h0m0s, ")
		f.wants(strings.Join(mails, "; "), "the API has not answered for 1 min; the API answers again, after 60 min")
		f.told()
		f.Reported(poller.Update{})
		if f.take(); len(f.events) > 0 {
			t.Errorf("a host that is as it was is told: %v", f.events)
		}
		f.Reported(poller.Update{Host: gone})
		if f.take(); len(f.events) > 0 || f.Host() != gone {
			t.Errorf("told is %v, and the host %v", f.events, f.Host())
		}
	})
}

// A status that changes with every answer fills no log, and each is told once.
func TestAStatusThatNobodyKnows(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b")
		f.hears("a Cancelled", "b Cancelled")
		f.hears("a done")
		f.wants(f.told(session.UnknownStatus), `the API gives 61000000 the status "Cancelled", which jobwatch does not know; `+
			"it waits until such jobs are Done or Error, and checks them ever more rarely\n"+
			`the API gives 61000000 the status "done", which jobwatch does not know; `+
			"it waits until such jobs are Done or Error, and checks them ever more rarely")
		for n := range 20 {
			f.hears(fmt.Sprintf("b Page \x1b[2J%d", n))
		}
		if n := strings.Count(f.told(session.UnknownStatus), `"Page \x1b[2J`); n != 8 {
			t.Errorf("%d more were told", n)
		}
	})
}

func TestTheStateFileAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opened := store.Opened{
			Contents: store.Contents{
				Batches: []store.Batch{{ID: "2", Name: "june", Added: noonOf(2)}, {ID: "1", Name: "may", Added: noonOf(1)}},
				Jobs: []store.Job{
					{ID: job.ID{'b'}, Batch: "2", End: job.EndedDone},
					{ID: job.ID{'a'}, Batch: "1"},
					{ID: job.ID{'a'}, Batch: "2"},
					{ID: job.ID{'c'}, Batch: "gone", Added: noonOf(3), End: job.EndedError},
				},
			},
			Damaged: 2, Backup: "jobs.jsonl.damaged",
			Warnings: []string{"the disk is full"}, NotSaving: true,
		}
		f := open(t, session.Config{}, opened)
		f.full = true
		f.wants(f.told(session.Warned), "the disk is full\nskipped 2 damaged lines of the state file; the file as it was is kept as jobs.jsonl.damaged")
		var records strings.Builder
		for _, r := range f.Records() {
			b := r.In()
			fmt.Fprintf(&records, "%c in %d %s %d %d %d, ", r.ID[0], b.Seq, b.Name, b.Total, b.Done, b.Failed)
		}
		f.wants(records.String(), "b in 2 june 1 1 0, a in 1 may 1 0 0, c in 3  1 0 1, ")
		f.Watch(false, f.Records()...)
		f.hears("a Error")
		f.wait(time.Minute) // that it is not saved was told
		f.wants(f.told(session.Warned, session.Ended, session.BatchFinished), "a\nmay 0 1")
		f.full = false
		f.wait(5 * time.Second)
		f.news <- store.News{Damaged: 1, Warning: "it was replaced", Ops: []store.Op{store.Forget{ID: job.ID{'b'}}}}
		f.wait(0)
		f.wants(f.told(session.Warned, session.Noted, session.Removed),
			"changes are saved again\nit was replaced\nskipped 1 damaged line of the state file\nb")
		f.fails <- errors.New("input/output error")
		f.wait(time.Minute)
		f.wants(f.told(session.Warned), "the state file can't be followed, what other windows change is not seen any more: input/output error")
	})
}

func noonOf(day int) time.Time { return time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC) }

// Jobs that were removed come back to their places, unless they are tracked again.
func TestWhatWasRemovedComesBack(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.adds("may", "a b c")
		f.hears("b Done")
		found := session.Members(f.Find(ids("b c x")))
		removed := f.Session.Remove(append(found, found...))
		f.Save(func(error) {})
		f.wait(0)
		if len(removed) != 2 || len(f.Still(found)) != 0 || len(f.Absent(removed)) != 2 || len(f.polled) != 1 {
			t.Fatalf("%d were removed, and %v are polled", len(removed), f.polled)
		}
		f.removes("a") // their batch has no job now
		f.adds("june", "c")
		before := f.Membership()
		back := f.Restore(removed)
		f.Save(func(error) { f.Watch(false, back...) })
		if len(back) != 1 || !back[0].Saving || f.record("b").In().Name != "may" || f.Membership() == before {
			t.Errorf("back are %v", back)
		}
		f.wait(0)
		if b := f.record("b"); b.Saving || f.Records()[0] != b || b.In().Done != 1 || len(f.Still(found)) != 1 || len(f.Absent(removed)) != 0 {
			t.Errorf("b is %+v in %+v", b, b.In())
		}
		if last, ok := f.saved[len(f.saved)-1][1].(store.Track); !ok || last.Job.End != job.EndedDone {
			t.Errorf("saved were %v", f.saved[len(f.saved)-1])
		}
		if added, already := f.Session.Add(ids("b y y"), f.NewBatch("july")); len(added) != 1 || already != 2 {
			t.Errorf("%d were added, and %d are tracked already", len(added), already)
		}
		f.Save(func(error) {})
		f.wait(0)
	})
}

// The disk takes its time. What comes meanwhile is saved right after, and of what is
// removed meanwhile nothing is polled.
func TestTheDiskTakesItsTime(t *testing.T) {
	tell(t, session.Config{}, func(f *face) {
		f.slow = 10 * time.Second
		f.adds("may", "a b")
		if !f.Saving() {
			t.Fatal("nothing is saved")
		}
		f.removes("a")
		f.Save(func(error) {})
		f.wait(11 * time.Second)
		if got := fmt.Sprintf("%c", f.polled); got != fmt.Sprintf("%c", ids("b")) {
			t.Errorf("polled are %s", got)
		}
		f.hears("b Processing")
		f.wait(15 * time.Second)
		f.hears("b Done") // while it is saved that it runs
		if n := len(f.Unsaved()); n == 0 {
			t.Error("nothing is unsaved")
		}
		f.wait(time.Minute)
		last := f.saved[len(f.saved)-1]
		if b, ok := last[0].(store.Observe); len(f.saved) != 4 || !ok || b.Job.End != job.EndedDone || len(f.Unsaved()) > 0 {
			t.Errorf("saved at last were %v", last)
		}
	})
}

func TestPDFsAreGivenUpAtTheEnd(t *testing.T) {
	tell(t, session.Config{DownloadAll: true}, func(f *face) {
		f.adds("may", "a b c")
		f.hears("a Done", "b Done", "c Done")
		f.Fetched([]download.Event{
			{ID: job.ID{'a'}, State: download.Running, Got: 100, Size: 200},
			{ID: job.ID{'b'}, State: download.Failed, Err: &download.Error{Passing: true}},
			{ID: job.ID{'c'}, State: download.Saved, File: "c.pdf", Already: true},
			{ID: job.ID{'x'}, State: download.Saved},
			{ID: job.ID{'y'}, State: download.Running},
		})
		if e, ok := f.File(job.ID{'a'}); !ok || e.Got != 100 {
			t.Errorf("of a, %+v is known", e)
		}
		if _, ok := f.File(job.ID{'c'}); ok {
			t.Error("c is under way")
		}
		f.wants(f.told(session.FileFailed, session.FileSaved), "b\nc already there: c.pdf")
		f.GiveUpFiles()
		f.wants(f.told(session.FileCanceled), "b")
		f.Fetched([]download.Event{{ID: job.ID{'a'}, State: download.Canceled}})
		f.wants(f.told(session.FileCanceled), "a")
		if f.Fetching() {
			t.Error("some are pending")
		}
		f.wait(time.Minute)
		if len(f.wanted) != 3 {
			t.Errorf("asked for were %c", f.wanted)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := open(t, session.Config{DownloadAll: true}, store.Opened{Contents: store.Contents{Jobs: []store.Job{
			{ID: job.ID{'a'}, End: job.EndedDone}, {ID: job.ID{'b'}, End: job.EndedDone, File: "b.pdf"}, {ID: job.ID{'c'}},
		}}})
		f.FetchMissing()
		f.Fetched([]download.Event{{ID: job.ID{'a'}, State: download.Failed, Err: &download.Error{Passing: true}}})
		f.removes("a") // while it waits
		f.wait(time.Minute)
		if f.Fetching() || len(f.wanted) != 1 {
			t.Errorf("asked for were %c, pending: %v", f.wanted, f.Fetching())
		}
	})
}
