package joblist

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

func TestNewsIsWhatEndedSinceTheStartUntilLookedAt(t *testing.T) {
	d := newHarness(t, 20)
	past := noon.Add(-time.Hour)
	d.load(store.Contents{
		Batches: []store.Batch{{ID: "june", Name: "june", Added: past}},
		Jobs: []store.Job{
			{ID: id("a"), Batch: "june", Answer: job.Answer{Status: job.Done, Progress: 1}, End: job.EndedDone, Ended: past},
			{ID: id("b"), Batch: "june", Answer: job.Answer{Status: job.NotStarted, Progress: job.Unknown}},
			{ID: id("c"), Batch: "june", Answer: job.Answer{Status: job.NotStarted, Progress: job.Unknown}},
		},
	})
	d.sees(">june b c a") // a is history
	d.hear("b 50%")
	d.sees(">june b c a")
	d.hear("b error")
	d.sees(">june b* c a")
	d.write(d.others("c done")) // another window saw it
	d.sees(">june b* a c*")
	if c := d.Counts(); c.Failed() != 1 || c.Finished() != 3 || c.Live() != 0 {
		t.Errorf("counts are %+v", c)
	}
	d.SetWatched(false)
	d.Move(1)
	d.sees("june >b* a c*") // nobody saw it
	d.SetWatched(true)
	d.sees("june >b a c*")
	d.End()
	d.sees("june b a >c")
}

func TestAnActionAppliesToTheSelectionOrTheCurrent(t *testing.T) {
	d := newHarness(t, 20)
	targets := func(shown string, hidden ...string) {
		t.Helper()
		got := d.Targets()
		if want := ids(strings.Join(hidden, " ")); !slices.Equal(got.Shown, ids(shown)) || !slices.Equal(got.Hidden, want) {
			t.Errorf("targets are %+v, want %s and hidden %s", got, shown, hidden)
		}
	}
	targets("")
	d.paste("june", "a b c")
	targets("a b c") // the batch's
	d.find("!b")
	targets("a c") // of which those shown
	d.on("c")
	targets("c")
	d.ToggleSelect()
	d.find("a")
	d.on("a")
	targets("", "c") // selected, though not shown
	if n := d.Counts().Selected; n != 1 {
		t.Errorf("%d selected", n)
	}
	d.find("")
	d.Home()
	d.ToggleSelect()
	d.sees(">june a# b# c#")
	d.ToggleSelect()
	d.sees(">june a b c")
	d.find("a")
	d.SelectAll()
	d.find("")
	targets("a")
	d.ClearSelection()
	d.on("b")
	targets("b")
	removed := d.forget(ids("b"))
	d.restore(removed)
	d.find("is:selected")
	d.sees("")
}

func TestTheNextThatNeedsAttention(t *testing.T) {
	d := newHarness(t, 20)
	if d.NextAttention() {
		t.Error("there is nothing")
	}
	d.paste("june", "a b c")
	d.paste("july", "x y z")
	if d.NextAttention() {
		t.Error("nothing needs attention")
	}
	d.hear("x error", "b error", "c 20%", "z done")
	d.FoldAll(true)
	d.sees("july+ >june+")
	d.NextAttention()
	d.sees("july+ june >b c a")
	d.NextAttention()
	d.sees("july >x y z* june b c a")
	d.NextAttention() // all seen: around the failures
	d.sees("july x y z* june >b c a")
	row, _ := d.Row(id("c"))
	row.Stalled = time.Minute
	d.NextAttention()
	d.sees("july x y z* june b >c a")
	d.hear("c done")
	d.NextAttention() // it stalls no more
	d.sees("july >x y z* june b a c")
}

func TestRowsGrowStaleAndTheFilterSeesIt(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c d")
	d.hear("a queued", "b queued", "c unreachable", "d done")
	d.find("is:stale")
	d.sees(">june c")
	d.hear("c queued")
	d.sees("")
	d.hear("a queued")
	d.Tick(d.now.Add(StaleAfter))
	d.sees(">june b c") // b and c were heard of before a was
	d.find("age>1h")
	d.sees("")
	d.Tick(d.now.Add(2 * time.Hour))
	d.sees(">june a b c d*")
}

func TestLoadingLeavesAloneWhatIsTrackedAlready(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b") // while the state file was being read
	d.hear("a 50%")
	jobs := []store.Job{{ID: id("a"), Batch: "may"}, {ID: id("x"), Batch: "may"}, {ID: id("x"), Batch: "may"}}
	jobs[1].Answer.Progress = job.Unknown
	d.load(store.Contents{Jobs: jobs, Batches: []store.Batch{{ID: "may", Name: "may"}}})
	d.sees("may x >june a b")
	if n := d.Counts().Total; n != 3 {
		t.Errorf("%d jobs", n)
	}
	d.forget(ids("a b x"))
	if n := d.ids.Len(); n > 0 {
		t.Errorf("%d IDs are left", n)
	}
}

func TestAReplacedStateFileKeepsWhatIsOnTheScreen(t *testing.T) {
	d := newHarness(t, 6)
	d.paste("june", "a b c d e f g h")
	d.hear("a 50%", "b done", "h error")
	d.on("c")
	d.ToggleSelect()
	d.ScrollBy(1)
	before := d.screen()
	var c store.Contents
	for _, r := range d.All() {
		if r.ID != id("g") {
			c.Jobs = append(c.Jobs, r.Job)
		}
	}
	c.Jobs[0].Answer.Progress = 0.2 // written before we heard more
	c.Jobs[0].Answered = c.Jobs[0].Answered.Add(-time.Second)
	c.Jobs = append(c.Jobs, store.Job{ID: id("x"), Batch: "june", Answer: job.Answer{Progress: job.Unknown}})
	c.Batches = []store.Batch{{ID: "june", Name: "june", Added: noon}}
	d.s.Followed(store.News{Reset: &c})
	events := d.told(d.now)
	if got := d.screen(); got != before {
		t.Errorf("on the screen:\n%s\nwant as before:\n%s", got, before)
	}
	if a, _ := d.s.Record(id("a")); a.Answer.Progress != 0.5 || !slices.Equal(about(events, session.Removed), ids("g")) ||
		!slices.Equal(about(events, session.Added), ids("x")) {
		t.Errorf("%+v", events)
	}
	if row, _ := d.Row(id("h")); !row.News || row.Polls != 1 {
		t.Errorf("h forgot what it was: %+v", row)
	}
	if n := d.Counts().Selected; n != 1 {
		t.Errorf("%d selected", n)
	}
}
