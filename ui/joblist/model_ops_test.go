package joblist

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// pair is the list and its model, to which the same happens.
type pair struct {
	l       *tracker
	m       *model
	removed [][]*modelJob
	undo    [][]*session.Record
}

// TestTheListIsWhatItsModelSays: whatever reports, pastes, other windows and
// hands do, and in whatever order, the list shows what a plain sort would.
func TestTheListIsWhatItsModelSays(t *testing.T) {
	for range 3 { // a hundred random stories each
		rapid.Check(t, modelled)
	}
}

func modelled(t *rapid.T) {
	p := &pair{l: newTracker(), m: newModel(noon)}
	p.l.SetHeight(rapid.IntRange(0, 12).Draw(t, "height"))
	t.Repeat(map[string]func(*rapid.T){
		"":          p.check,
		"track":     p.track,
		"report":    p.report,
		"report2":   p.report, // more often than the rest
		"others":    p.others,
		"forget":    p.forget,
		"undo":      p.undoForget,
		"filter":    p.filter,
		"sort":      p.sort,
		"time":      p.time,
		"move":      p.move,
		"click":     p.click,
		"go":        p.goTo,
		"fold":      p.fold,
		"select":    p.selection,
		"attention": p.attention,
		"watch":     p.watch,
		"view":      p.view,
	})
}

// someID is one of few, many of which begin alike.
func someID(t *rapid.T) (id job.ID) {
	for i := range id {
		id[i] = 7
	}
	id[rapid.SampledFrom([]int{0, 3, 4, 5, 6, 11, 15}).Draw(t, "byte")] = rapid.ByteRange(0, 3).Draw(t, "value")
	return id
}

func someBatch(t *rapid.T) store.Batch {
	n := rapid.IntRange(1, 4).Draw(t, "batch")
	return store.Batch{ID: store.BatchID(fmt.Sprint("b", n)), Name: fmt.Sprint("batch ", n), Added: noon.Add(time.Duration(-n) * time.Second)}
}

func someAnswer(t *rapid.T, id job.ID, at time.Time) job.Report {
	r := job.Report{ID: id, At: at, Answered: at, Polls: 1}
	r.Answer.Progress = job.Unknown
	r.Answer.Status = rapid.SampledFrom([]job.Status{job.NotStarted, job.Processing, job.Processing, job.Done, job.Error, "Paused", ""}).Draw(t, "status")
	switch r.Answer.Status {
	case job.Done:
		r.End, r.Answer.Progress = job.EndedDone, 1
	case job.Error:
		r.End, r.Answer.Meta = job.EndedError, "missing image"
	case "":
		r.Answered = time.Time{}
		r.Problem = &job.Problem{Kind: job.NotFound}
		r.End = rapid.SampledFrom([]job.End{job.Live, job.EndedGivenUp, job.EndedRejected}).Draw(t, "end")
	default:
		r.Answer.Progress = job.Progress(rapid.IntRange(-1, 20).Draw(t, "progress")) / 20
		if r.Answer.Progress < 0 {
			r.Answer.Progress = job.Unknown
		}
	}
	r.Answer.Description = rapid.SampledFrom([]string{"", "Invoice", "Letter"}).Draw(t, "description")
	return r
}

func someJob(t *rapid.T, now time.Time) store.Job {
	j := store.Job{ID: someID(t), Batch: someBatch(t).ID, Added: now.Add(-time.Minute), Answer: job.Answer{Progress: job.Unknown}}
	if rapid.Bool().Draw(t, "known") {
		j, _ = j.Observe(someAnswer(t, j.ID, now.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "at"))*time.Second)))
	}
	return j
}

func (p *pair) track(t *rapid.T) {
	b := someBatch(t)
	jobs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.Job { return someJob(t, p.m.now) }), 0, 5).Draw(t, "jobs")
	added, already := p.l.track(jobs, b)
	n := 0
	for _, j := range jobs {
		if p.m.job(j.ID) != nil {
			n++
			continue
		}
		p.m.addBatch(b)
		j.Batch = b.ID
		p.m.add(Row{Record: &session.Record{Job: j, Saving: true}}, 0)
	}
	if len(added)+already != len(jobs) || already != n {
		t.Fatalf("Track says %d added and %d already, want %d already of %d", len(added), already, n, len(jobs))
	}
	p.m.resort()
}

func (p *pair) report(t *rapid.T) {
	reports := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) job.Report { return someAnswer(t, someID(t), p.m.now) }), 1, 6).Draw(t, "reports")
	var newest []job.Report // as the poller has it
	for i, r := range reports {
		if !slices.ContainsFunc(reports[i+1:], func(later job.Report) bool { return later.ID == r.ID }) {
			newest = append(newest, r)
		}
	}
	events := p.l.report(newest, p.m.now)
	ends := 0
	for _, r := range newest {
		j := p.m.job(r.ID)
		if j == nil {
			continue
		}
		before := j.End
		after, _ := j.Observe(r)
		j.Problem = r.Problem
		p.m.observe(j, after)
		ends += oneIf(j.End.Finished() && !before.Finished())
	}
	p.m.resort()
	if told := about(events, session.Ended); len(told) != ends {
		t.Fatalf("%d ends are told, want %d", len(told), ends)
	}
}

func (p *pair) others(t *rapid.T) {
	var op store.Op
	switch rapid.IntRange(0, 3).Draw(t, "op") {
	case 0:
		j := someJob(t, p.m.now)
		op = store.Track{Job: j}
		if p.m.job(j.ID) == nil {
			p.m.add(Row{Record: &session.Record{Job: j, News: j.End.Finished() && j.Ended.After(p.m.since)}}, 0)
		}
	case 1:
		j := someJob(t, p.m.now)
		op = store.Observe{Job: j}
		if ours := p.m.job(j.ID); ours != nil {
			p.m.observe(ours, session.Merge(ours.Job, j))
		}
	case 2:
		id := someID(t)
		op = store.Forget{ID: id}
		p.m.remove(id)
	default:
		b := someBatch(t)
		b.Name = rapid.SampledFrom([]string{"june", "july"}).Draw(t, "name")
		op = store.SetBatch{Batch: b}
		p.m.addBatch(b).Batch = b
	}
	p.l.write(op)
	p.m.resort()
}

func (p *pair) forget(t *rapid.T) {
	ids := rapid.SliceOfN(rapid.Custom(someID), 1, 4).Draw(t, "ids")
	if rapid.Bool().Draw(t, "targets") {
		targets := p.l.Targets()
		ids = targets.All()
	}
	p.undo = append(p.undo, p.l.forget(ids))
	var gone []*modelJob
	for _, id := range ids {
		if j := p.m.job(id); j != nil {
			gone = append(gone, j)
			p.m.remove(id)
		}
	}
	p.removed = append(p.removed, gone)
	p.m.resort()
}

func (p *pair) undoForget(t *rapid.T) {
	n := len(p.undo) - 1
	if n < 0 {
		t.Skip("nothing to undo")
	}
	p.l.restore(p.undo[n])
	for _, r := range p.removed[n] {
		if p.m.job(r.ID) == nil {
			r.Saving, r.Selected = true, false
			p.m.add(r.Row, r.seq)
		}
	}
	p.undo, p.removed = p.undo[:n], p.removed[:n]
	p.m.resort()
}

func (p *pair) filter(t *rapid.T) {
	text := rapid.SampledFrom([]string{
		"", "", "inv", "invoice", "status:running", "status:done", "!status:done", "is:new", "is:selected", "is:stale",
		"progress>0.5", "progress>50% invoice", "batch:june", "07", "age>2m", "nothing at all",
	}).Draw(t, "filter")
	f, err := ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	p.l.SetFilter(f)
	p.m.setFilter(f)
}

func (p *pair) sort(t *rapid.T) {
	s := rapid.SampledFrom([]Sort{Attention, ByAdded, ByStatus, ByProgress, ByRecent}).Draw(t, "sort")
	p.l.SetSort(s)
	p.m.setSort(s)
}

func (p *pair) time(t *rapid.T) {
	p.m.now = p.m.now.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 3, 90}).Draw(t, "seconds")) * time.Second)
	p.l.Tick(p.m.now)
}

func (p *pair) move(t *rapid.T) {
	n := rapid.IntRange(-9, 9).Draw(t, "by")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		p.l.Home()
		n = -1000
	case 1:
		p.l.End()
		n = 1000
	case 2:
		p.l.Page(n)
		n *= max(1, p.l.height-1)
	default:
		p.l.Move(n)
	}
	p.m.move(n)
}

func (p *pair) click(t *rapid.T) {
	i := rapid.IntRange(0, 12).Draw(t, "line")
	lines, line := p.m.lines(), p.l.top+i
	p.l.ClickLine(i)
	if i < p.l.height && line < len(lines) {
		p.m.user(lines[line])
	}
}

func (p *pair) goTo(t *rapid.T) {
	id := someID(t)
	found := p.l.Go(id)
	j := p.m.job(id)
	if want := j != nil && p.m.matches(j); found != want {
		t.Fatalf("Go says %v, want %v", found, want)
	}
	if found {
		p.m.fold(p.m.batch(j.Batch), false)
		p.m.user(p.m.lines()[p.m.line(spot{batch: j.Batch, id: id})])
	}
}

func (p *pair) fold(t *rapid.T) {
	switch how := rapid.IntRange(0, 3).Draw(t, "how"); how {
	case 0, 1:
		p.l.FoldAll(how == 0)
		p.m.savedCursor = spot{}
		for _, b := range p.m.batches {
			p.m.fold(b, how == 0)
		}
	default:
		p.l.ToggleFold()
		if b := p.m.batch(p.m.cursor.batch); b != nil {
			p.m.fold(b, !p.m.foldedNow(b))
			p.m.savedCursor = spot{}
		}
	}
}

func (p *pair) selection(t *rapid.T) {
	m := p.m
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		p.l.SelectAll()
		var shown []*modelJob
		for _, b := range m.batches {
			shown = append(shown, m.shown(b)...)
		}
		for _, j := range shown {
			j.Selected = true
		}
	case 1:
		p.l.ClearSelection()
		for _, j := range m.jobs {
			j.Selected = false
		}
	default:
		p.l.ToggleSelect()
		if j := m.job(m.cursor.id); j != nil {
			j.Selected = !j.Selected
		} else if b := m.batch(m.cursor.batch); b != nil {
			shown := m.shown(b)
			on := slices.ContainsFunc(shown, func(j *modelJob) bool { return !j.Selected })
			for _, j := range shown {
				j.Selected = on
			}
		}
	}
}

func (p *pair) attention(t *rapid.T) {
	found := p.l.NextAttention()
	m := p.m
	var around []*modelJob // the jobs after the cursor, then those before it
	before := 0
	for _, b := range m.ordered() {
		if b.ID == m.cursor.batch && m.cursor.id == (job.ID{}) {
			before = len(around)
		}
		for _, j := range m.shown(b) {
			if j.ID == m.cursor.id {
				before = len(around)
				continue
			}
			around = append(around, j)
		}
	}
	around = slices.Concat(around[before:], around[:before])
	i := slices.IndexFunc(around, func(j *modelJob) bool { return j.News && j.State().Failed() })
	if i < 0 {
		i = slices.IndexFunc(around, func(j *modelJob) bool { return j.State().Failed() })
	}
	if found != (i >= 0) {
		t.Fatalf("NextAttention says %v, want %v", found, i >= 0)
	}
	if found {
		m.fold(m.batch(around[i].Batch), false)
		m.user(m.lines()[m.line(spot{batch: around[i].Batch, id: around[i].ID})])
	}
}

func (p *pair) watch(t *rapid.T) {
	p.m.unwatched = rapid.Bool().Draw(t, "away")
	p.l.SetWatched(!p.m.unwatched)
}

func (p *pair) view(t *rapid.T) {
	if rapid.Bool().Draw(t, "scroll") {
		p.l.ScrollBy(rapid.IntRange(-5, 5).Draw(t, "by"))
	} else {
		p.l.SetHeight(rapid.IntRange(0, 12).Draw(t, "height"))
	}
}

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
	if l.Matched() != matched || len(l.Matching()) != matched || len(l.All()) != len(m.jobs) {
		t.Fatalf("%d match, want %d", l.Matched(), matched)
	}
}

// checkView holds what is drawn against all the lines.
func (p *pair) checkView(t *rapid.T, lines []spot) {
	top, total := p.l.Position()
	height, got, cursor := p.l.height, -1, p.m.line(p.m.cursor)
	if p.l.cursor.batch != nil {
		got = p.l.line(p.l.cursor)
	}
	if total != len(lines) || got != cursor {
		t.Fatalf("cursor on line %d of %d, want %d of %d", got, total, cursor, len(lines))
	}
	if height == 0 {
		return
	}
	if top < 0 || top > max(0, len(lines)-height) {
		t.Fatalf("top is line %d of %d", top, len(lines))
	}
	if p.l.follow >= 0 && cursor >= 0 && (cursor < top || cursor >= top+height) {
		t.Fatalf("cursor on line %d is not in view from %d on", cursor, top)
	}
	drawn := p.l.Lines()
	want := lines[top:min(len(lines), top+height)]
	if len(drawn) != len(want) {
		t.Fatalf("%d lines drawn, want %d", len(drawn), len(want))
	}
	for i, line := range drawn {
		got := spot{batch: line.Batch.ID}
		if line.Row != nil {
			got.id = line.Row.ID
		}
		n := top + i
		last := n+1 == len(lines) || lines[n+1].batch != got.batch
		if !got.same(want[i]) || line.Cursor != (n == cursor) || line.Last != last {
			t.Fatalf("line %d is %s/%s (cursor %v, last %v), want %s/%s (%v, %v)",
				n, got.batch, got.id, line.Cursor, line.Last, want[i].batch, want[i].id, n == cursor, last)
		}
	}
}
