package joblist

import (
	"slices"

	"pgregory.net/rapid"
)

func (p *pair) check(t *rapid.T) {
	l, m := p.l, p.m
	m.settle()
	lines := m.lines()
	p.checkView(t, lines)
	if got, want := l.Counts(), m.counts(m.jobs); got != want {
		t.Fatalf("counts are %+v, want %+v", got, want)
	}
	matched := 0
	for _, b := range m.batches {
		jobs := m.in(b)
		got, ok := l.Batch(b.ID)
		if ok != (len(jobs) > 0) {
			t.Fatalf("batch %s is there: %v, with %d jobs", b.ID, ok, len(jobs))
		}
		if !ok {
			continue
		}
		shown := len(m.shown(b))
		if want := m.counts(jobs); got.Counts != want || got.Matched != shown || got.Folded != m.foldedNow(b) || got.Name != b.Name {
			t.Fatalf("batch %s is %+v, want %+v, %d matched, folded %v", b.ID, got, want, shown, m.foldedNow(b))
		}
		matched += shown
	}
	for _, j := range m.jobs {
		got, ok := l.Row(j.ID)
		if !ok || got.News != j.News || got.Selected != j.Selected || got.Saving != j.Saving || got.State() != j.State() {
			t.Fatalf("job %s is %+v, want %+v", j.ID, got, j.Row)
		}
		if want := m.shortID(j.ID); got.ShortID() != want {
			t.Fatalf("job %s is called %s, want %s", j.ID, got.ShortID(), want)
		}
	}
	if l.Matched() != matched || len(slices.Collect(l.All)) != len(m.jobs) {
		t.Fatalf("%d match, want %d", l.Matched(), matched)
	}
}

// checkView holds what is drawn against all the lines.
func (p *pair) checkView(t *rapid.T, lines []spot) {
	pos, height := p.l.Position(), p.l.height
	cursor := p.m.line(p.m.cursor)
	if pos.Total != len(lines) || pos.Cursor != cursor {
		t.Fatalf("cursor on line %d of %d, want %d of %d", pos.Cursor, pos.Total, cursor, len(lines))
	}
	if height == 0 {
		return
	}
	if pos.Top < 0 || pos.Top > max(0, len(lines)-height) {
		t.Fatalf("top is line %d of %d", pos.Top, len(lines))
	}
	if p.l.follow >= 0 && cursor >= 0 && (cursor < pos.Top || cursor >= pos.Top+height) {
		t.Fatalf("cursor on line %d is not in view from %d on", cursor, pos.Top)
	}
	drawn := p.l.Lines()
	want := lines[pos.Top:min(len(lines), pos.Top+height)]
	if len(drawn) != len(want) {
		t.Fatalf("%d lines drawn, want %d", len(drawn), len(want))
	}
	for i, line := range drawn {
		got := spot{batch: line.Batch.ID}
		if line.Row != nil {
			got.id = line.Row.ID
		}
		n := pos.Top + i
		last := n+1 == len(lines) || lines[n+1].batch != got.batch
		if !got.same(want[i]) || line.Cursor != (n == cursor) || line.Last != last {
			t.Fatalf("line %d is %s/%s (cursor %v, last %v), want %s/%s (%v, %v)",
				n, got.batch, got.id, line.Cursor, line.Last, want[i].batch, want[i].id, n == cursor, last)
		}
	}
}
