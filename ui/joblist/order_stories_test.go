package joblist

import (
	"testing"
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
