package session

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// at is a job as it stood so many seconds after noon.
func at(seconds int, status job.Status, end job.End) store.Job {
	j := store.Job{ID: job.ID{1}, Answer: job.Answer{Status: status, Progress: job.Unknown}, End: end}
	if status != "" {
		j.Answered = noon.Add(time.Duration(seconds) * time.Second)
		j.History = []store.Change{{At: j.Answered, Status: status}}
	}
	if end.Finished() {
		j.Ended = noon.Add(time.Duration(seconds) * time.Second)
	}
	return j
}

func TestWhatIsTrueOfAJobThatTwoWindowsKnow(t *testing.T) {
	running, done, failed := at(10, job.Processing, job.Live), at(10, job.Done, job.EndedDone), at(10, job.Error, job.EndedError)
	later := func(j store.Job) store.Job { j.Answered = j.Answered.Add(time.Minute); return j }
	givenUp := func(j store.Job) store.Job {
		j.End, j.Ended, j.Cause = job.EndedGivenUp, noon.Add(11*time.Minute), "no such job"
		return j
	}
	restarted := func(j store.Job) store.Job {
		j.End, j.Answer.Status = job.Live, job.Processing
		j.History = append(j.History, store.Change{At: j.Answered, Status: job.Processing})
		return later(j)
	}
	rejected := at(10, "", job.EndedRejected)
	progress := func(p job.Progress) store.Job {
		j := at(10, job.Processing, job.Live)
		j.Answer.Progress = p
		return j
	}
	filed := func(j store.Job) store.Job { j.File = "may/Invoice.pdf"; return j }
	for name, c := range map[string]struct{ truth, other store.Job }{
		"of two answers the later one":                         {later(running), running},
		"an end, though it is older than an answer":            {done, later(running)},
		"of two ends the later one":                            {later(failed), done},
		"an end before one that we gave up later":              {done, givenUp(later(running))},
		"an end that followed a restart":                       {later(later(restarted(failed))), failed},
		"a restart after the end":                              {restarted(failed), failed},
		"given up, of the same answer":                         {givenUp(running), running},
		"given up, without any answer":                         {givenUp(at(0, "", job.Live)), at(0, "", job.Live)},
		"an answer later than the one before it was given up":  {later(running), givenUp(running)},
		"any answer to a job that was rejected":                {running, rejected},
		"the end of a job that was rejected":                   {done, rejected},
		"given up later":                                       {givenUp(later(running)), givenUp(running)},
		"more progress, of two in the same millisecond":        {progress(0.5), progress(0.499)},
		"some progress, of two in the same millisecond":        {progress(0), running},
		"a status, of two in the same millisecond":             {running, at(10, job.NotStarted, job.Live)},
		"an end before one without, with another window's PDF": {filed(done), filed(later(running))},
	} {
		t.Run(name, func(t *testing.T) {
			for _, got := range []store.Job{Merge(c.truth, c.other), Merge(c.other, c.truth)} {
				if lacks(&got, &c.truth) || !got.Answered.Equal(c.truth.Answered) {
					t.Errorf("it is %+v, want %+v", got, c.truth)
				}
			}
		})
	}
	for _, p := range []job.Progress{0.4993, 0.4997} { // as the state file has it, with three digits
		if a, b := progress(p), progress(0.5); lacks(&a, &b) != (p < 0.4995) {
			t.Errorf("a file that says %v of 0.5 has lost something: %v", p, lacks(&a, &b))
		}
	}
	if got := Merge(done, filed(running)); got.File != "may/Invoice.pdf" || got.End != job.EndedDone {
		t.Errorf("the PDF that the other saved is in %q", got.File)
	}
	ours, theirs := running, done
	ours.Batch, theirs.Batch = "ours", "theirs"
	if got := Merge(ours, theirs); got.Batch != "ours" {
		t.Errorf("the batch is %s", got.Batch)
	}
}

// window is one of several over a state file. It sees what the others append, unless what
// it appends itself replaces that, as the store has it.
type window struct {
	*Session
	file   *[]store.Op
	all    []*window
	news   []store.Op
	poller known
}

// known is what a window's poller knows of the job.
type known struct {
	answer   job.Answer
	answered time.Time
	ended    bool
}

func (w *window) Track(...poller.Tracked) {}
func (w *window) Remove(...job.ID)        {}
func (w *window) PollNow(...job.ID)       { w.poller.ended = false }

func (w *window) Add(...download.Want)            {}
func (w *window) Cancel(...job.ID)                {}
func (w *window) Events() <-chan []download.Event { return nil }

func (w *window) append(ops []store.Op) {
	*w.file = append(*w.file, ops...)
	w.news = nil
	for _, other := range w.all {
		if other != w {
			other.news = append(other.news, ops...)
		}
	}
}

// save saves what waits.
func (w *window) save() {
	if ops := w.Unsaved(); len(ops) > 0 {
		w.append(ops)
		w.saves.flying, w.saves.waiting = w.saves.waiting, changes{}
		for _, r := range w.saves.flying.statuses {
			r.unsaved, r.flying = false, true
		}
		w.saved(nil)
	}
}

// follow takes what others have written.
func (w *window) follow() {
	news := w.news
	w.news = nil
	if len(news) > 0 {
		w.Followed(store.News{Ops: news})
	}
}

// Windows that poll the same job at any times, save and see what the others saved in any
// order, give it up, ask again and save its PDF, agree in the end with each other and with
// the state file, and then write no more.
func TestWindowsThatExchangeWhatTheyKnowAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file []store.Op
		now := noon
		tracked := store.Track{Job: store.Job{ID: job.ID{1}, Batch: "b", Added: now, Answer: job.Answer{Progress: job.Unknown}}}
		var windows []*window
		for range 3 {
			w := &window{file: &file}
			w.Session = New(Config{Poller: w, Downloads: w, Clock: func() time.Time { return now }})
			w.apply(tracked, true)
			r, _ := w.Record(job.ID{1})
			w.Watch(false, r)
			windows = append(windows, w)
		}
		for _, w := range windows {
			w.all = windows
		}
		report := func(w *window, status job.Status, end job.End) {
			r := job.Report{ID: job.ID{1}, At: now, Polls: 1, Failed: 1}
			if status == "" {
				r.Problem = &job.Problem{Kind: job.NotFound, Reason: "no such job"}
			} else {
				w.poller.answer = job.Answer{Status: status, Progress: job.Unknown, Description: "Invoice"}
				if status == job.Processing {
					w.poller.answer.Progress = job.Progress(rapid.IntRange(0, 10).Draw(t, "tenths")) / 10
				}
				w.poller.answered = now
			}
			r.Answer, r.Answered, r.End = w.poller.answer, w.poller.answered, end
			if r.Answer.Status == "" {
				r.Answer.Progress = job.Unknown
			}
			w.poller.ended = end.Finished()
			w.Reported(poller.Update{Reports: []job.Report{r}})
		}
		some := func(do func(*rapid.T, *window)) func(*rapid.T) {
			return func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second)
				do(t, rapid.SampledFrom(windows).Draw(t, "window"))
			}
		}
		polled := some(func(t *rapid.T, w *window) {
			if w.poller.ended {
				t.Skip("it has ended")
			}
			switch n := rapid.IntRange(0, 9).Draw(t, "answer"); {
			case n < 4:
				report(w, job.Processing, job.Live)
			case n < 5:
				report(w, job.NotStarted, job.Live)
			case n < 6:
				report(w, job.Done, job.EndedDone)
			case n < 7:
				report(w, job.Error, job.EndedError)
			case n < 8:
				report(w, "", job.EndedGivenUp)
			case n < 9:
				report(w, "", job.EndedRejected)
			default:
				report(w, "", job.Live)
			}
		})
		t.Repeat(map[string]func(*rapid.T){
			"poll":      polled,
			"poll more": polled,
			"save":      some(func(_ *rapid.T, w *window) { w.save() }),
			"follow":    some(func(_ *rapid.T, w *window) { w.follow() }),
			"ask":       some(func(_ *rapid.T, w *window) { w.Session.PollNow(job.ID{1}) }),
			"download": some(func(t *rapid.T, w *window) {
				if r, _ := w.Record(job.ID{1}); w.Fetch(r) == 1 {
					name := fmt.Sprintf("%d.pdf", rapid.IntRange(1, 3).Draw(t, "file"))
					w.Fetched([]download.Event{{ID: job.ID{1}, State: download.Saved, File: name}})
				}
			}),
		})
		for _, w := range windows { // who asks gets an answer
			now = now.Add(time.Second)
			if r, _ := w.Record(job.ID{1}); r.asked {
				report(w, job.Processing, job.Live)
			}
		}
		for n := 0; ; n++ {
			before := len(file)
			for _, w := range windows {
				w.follow()
				w.save()
			}
			for _, w := range windows {
				w.follow()
			}
			if waits := slices.ContainsFunc(windows, func(w *window) bool { return len(w.Unsaved()) > 0 }); len(file) == before && !waits {
				break
			}
			if n == 10 {
				t.Fatal("they write for ever")
			}
		}
		first, _ := windows[0].Record(job.ID{1})
		for i, w := range windows {
			if r, _ := w.Record(job.ID{1}); lacks(&r.Job, &first.Job) {
				t.Errorf("window %d says\n%+v\nand the first\n%+v", i, r.Job, first.Job)
			}
		}
		if len(file) > 0 {
			last, _ := file[len(file)-1].(store.Observe)
			if lacks(&last.Job, &first.Job) {
				t.Errorf("the file says\n%+v\nand the windows\n%+v", last.Job, first.Job)
			}
		}
	})
}
