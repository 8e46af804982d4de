package joblist

import (
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

func TestWhatNeedsAttentionComesFirst(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c d e f g h")
	d.hear("a done", "b queued", "c running", "d 15%", "e 85%", "f error", "h rejected") // g is not heard of
	d.sees(">june f* h* e d c b g a*")

	for _, test := range []struct {
		sort Sort
		want string
	}{
		{ByAdded, ">june a* b c d e f* g h*"},
		{ByStatus, ">june f* h* c d e b g a*"},
		{ByProgress, ">june a* e d b c f* g h*"},
		{ByRecent, ">june a* b c d e f* h* g"},
	} {
		d.SetSort(test.sort)
		d.sees(test.want)
		if d.Sort() != test.sort {
			t.Errorf("the order is %v, want %v", d.Sort(), test.sort)
		}
	}
	d.hear("b 20%")
	d.sees(">june b a* c d e f* h* g")
}

func TestRunningRowsMoveOnlyByTenths(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c")
	d.hear("a 10%", "b 11%", "c 12%")
	d.sees(">june a b c")
	d.hear("c 19%")
	d.sees(">june a b c")
	d.hear("c 20%")
	d.sees(">june c a b")
	d.hear("a 29%") // in the tenth of c, and added before it, but rows moved just now
	d.sees(">june c a b")
	d.hear("b 90%")
	d.sees(">june c a b")
	d.now = d.now.Add(resortInterval)
	d.hear()
	d.sees(">june b a c")
}

// What happens to a job is seen at once.
func TestRowsThatStartOrEndMoveAtOnce(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c")
	d.hear("c queued")
	d.hear("a queued")
	d.sees(">june a b c") // first answers don't shuffle a batch
	d.hear("a queued", "b 10%", "c 20%")
	d.sees(">june c b a")
	d.hear("b 50%", "c 10%")
	d.sees(">june b c a")
	d.hear("a 95%")
	d.sees(">june a b c")
	d.hear("a done", "b error")
	d.sees(">june b* c a*")
}

func TestTheCursorStaysOnItsJobWhileRowsMove(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c")
	d.on("b")
	d.hear("c error", "a done")
	d.sees("june c* >b a*")
	d.hear("b done")
	d.sees("june c* a* >b") // it was looked at when it ended
	d.paste("july", "d")
	d.sees("july d june c* a* >b")
	if row, batch := d.Current(); row.ID != id("b") || batch.Name != "june" {
		t.Errorf("the cursor is on %s of %s", row.ID, batch.Name)
	}
}

func TestABatchThatIsOverSinksOnceNobodyIsInIt(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b")
	d.paste("july", "c d")
	d.on("c")
	d.hear("a queued", "c done", "d done")
	d.sees("july >c d* june a b")
	d.on("a")
	d.sees("june >a b july c d*")
	d.hear("d queued") // it lives again
	d.sees("july d c june >a b")
}

func TestAPasteAboveDoesNotShiftWhatIsRead(t *testing.T) {
	d := newHarness(t, 4)
	d.paste("june", "a b c d e f g h")
	d.on("f")
	d.ScrollBy(2)
	d.sees("e >f g h")
	d.paste("july", "x y z")
	d.sees("e >f g h")
	d.forget(ids("x y"))
	d.sees("e >f g h")
	d.Home()
	d.sees(">july z june a")
	d.paste("august", "w") // at the head one wants to see what is new
	d.sees("august w >july z")
}

func TestTheViewStaysWhereItWasScrolledTo(t *testing.T) {
	d := newHarness(t, 3)
	d.paste("june", "a b c d")
	d.paste("july", "e f g h")
	d.End()
	d.sees("b c >d")
	d.ScrollBy(-6)
	d.sees("e f g") // the cursor is out of view
	d.paste("august", "x y")
	d.sees("e f g")
	d.hear("e done", "f done", "g done", "h done") // july sinks, and the view doesn't go along
	d.sees("a b c")
	d.ScrollBy(-100)
	d.sees("august x y")
	d.Move(0)
	d.sees("c >d july")
}

func TestLinesAreKeptInViewAroundTheCursor(t *testing.T) {
	d := newHarness(t, 9)
	d.paste("june", "a b c d e f g h i j k l m n o p")
	d.Move(5)
	d.sees("june a b c d >e f g h")
	d.Move(1)
	d.sees("a b c d e >f g h i")
	d.Page(1)
	d.sees("h i j k l m >n o p")
	d.End()
	d.sees("h i j k l m n o >p")
	d.Page(-1)
	d.sees("c d e f g >h i j k")
	d.Home()
	d.sees(">june a b c d e f g h")
	for _, line := range []int{8, 9, -1} { // a click hits what is drawn
		d.ClickLine(line)
	}
	d.sees("june a b c d e f g >h") // and moves nothing
	d.SetHeight(0)
	d.sees("")
	d.SetHeight(2)
	d.sees("g >h")
	if top, total := d.Position(); top != 7 || total != 17 {
		t.Errorf("in view is line %d of %d", top, total)
	}
	if got := d.VisibleIDs(); len(got) != 2 || got[0] != id("g") {
		t.Errorf("in view are %v", got)
	}
}

func TestAForgottenJobComesBackToItsPlace(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a b c d")
	d.on("b")
	removed := d.forget(ids("b c x"))
	d.sees("june a >d")
	if len(removed) != 2 || removed[1].ID != id("c") {
		t.Fatalf("forgotten were %v", removed)
	}
	d.paste("july", "c") // tracked again elsewhere meanwhile
	if back := d.restore(removed); len(back) != 1 || back[0].ID != id("b") {
		t.Fatalf("%v came back", back)
	}
	d.sees("july c june a b~ >d")
	d.saved(ids("b"))
	d.sees("july c june a b >d")
}

func TestABatchComesBackByItsNameToItsPlace(t *testing.T) {
	d := newHarness(t, 20)
	d.paste("june", "a")
	d.paste("july", "b")
	d.paste("august", "c")
	removed := d.forget(ids("b"))
	d.sees("august c >june a")
	if _, ok := d.Batch("july"); ok || len(d.batches) != 2 {
		t.Error("a batch without jobs is kept")
	}
	d.restore(removed)
	d.sees("august c july b~ >june a")
}

func TestIDsAreShownAsFarAsTheyDiffer(t *testing.T) {
	parse := func(s string) job.ID {
		id, err := job.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	// Version 7: the first 12 digits are the time.
	ids := []job.ID{
		parse("01890a5d-ac96-774b-bcce-b302099a8057"),
		parse("01890a5d-ac96-774b-bcce-b302099a8058"),
		parse("01890a5d-ac96-7111-bcce-b302099a8057"),
		parse("01890a5d-ac97-774b-bcce-b302099a8057"),
		parse("f1890a5d-ac97-774b-bcce-b302099a8057"),
	}
	l := newTracker()
	for i, id := range ids {
		l.track([]store.Job{{ID: id, Added: noon}}, store.Batch{ID: "b"})
		if i == 0 {
			if row, _ := l.Row(id); row.ShortID() != "01890a5d" {
				t.Errorf("alone it is called %s", row.ShortID())
			}
		}
	}
	names := func(want ...string) {
		t.Helper()
		for i, w := range want {
			if row, ok := l.Row(ids[i]); ok && row.ShortID() != w {
				t.Errorf("%s is called %s, want %s", ids[i], row.ShortID(), w)
			}
		}
	}
	names(ids[0].String(), ids[1].String(), "01890a5d-ac96-7111", "01890a5d-ac97", "f1890a5d")
	l.forget(ids[1:2])
	names("01890a5d-ac96-774b", "", "01890a5d-ac96-7111", "01890a5d-ac97", "f1890a5d")
	l.forget(ids[2:4])
	names("01890a5d", "", "", "", "f1890a5d")
}
