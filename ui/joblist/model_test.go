package joblist

import (
	"cmp"
	"math"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// model is the list as it would be written if time did not matter: it keeps the facts and
// works everything else out each time. It leaves it to the list where the top is; see
// checkView.
type model struct {
	since, now  time.Time
	jobs        []*modelJob // in the order they were added
	batches     []*modelBatch
	seq         int
	filter      Filter
	sort        Sort
	resorted    time.Time
	cursor      spot
	savedCursor spot
	viewedRow   job.ID
	unwatched   bool
}

type modelJob struct {
	Row
	seq int
	at  int64 // hundredths of progress that its place is for
}

// hundredths is what a job's place depends on besides its state; -1 is not known.
func (j *modelJob) hundredths() int64 {
	switch p := float64(j.Answer.Progress); {
	case j.State() == Done || j.State().Failed() && p >= 0:
		return 100
	case p < 0:
		return -1
	default:
		return int64(math.Floor(math.Round(p*1e6) / 1e4))
	}
}

type modelBatch struct {
	store.Batch
	record                 *session.Record // one that is in such a batch
	seq                    int
	place                  []int64 // where it stands; kept while the cursor is in it
	folded, foldedFiltered bool
}

// spot is where the cursor is: on a job, on a batch's header (no ID), or nowhere.
type spot struct {
	batch store.BatchID
	id    job.ID
	job   []int64 // where the job stood in its batch
	place []int64 // where the batch stood
}

func (s spot) nowhere() bool { return s.batch == "" }

func (s spot) same(t spot) bool { return s.batch == t.batch && s.id == t.id }

func newModel(now time.Time) *model { return &model{since: now, now: now} }

func first[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

func (m *model) job(id job.ID) *modelJob {
	return first(m.jobs, func(j *modelJob) bool { return j.ID == id })
}

func (m *model) batch(id store.BatchID) *modelBatch {
	return first(m.batches, func(b *modelBatch) bool { return b.ID == id })
}

func (m *model) addBatch(sb store.Batch) *modelBatch {
	if b := m.batch(sb.ID); b != nil {
		return b
	}
	added, _ := newTracker().track([]store.Job{{}}, sb)
	b := &modelBatch{Batch: sb, record: added[0]}
	for _, o := range m.batches {
		b.seq = max(b.seq, o.seq)
	}
	b.seq++
	m.batches = append(m.batches, b)
	b.place = m.batchPlace(b)
	return b
}

// add puts a job in its place among the added; 0 is the last.
func (m *model) add(r Row, seq int) {
	if seq == 0 {
		m.seq++
		seq = m.seq
	}
	m.addBatch(store.Batch{ID: r.Batch, Added: r.Added})
	j := &modelJob{Row: r, seq: seq}
	j.at = j.hundredths()
	m.jobs = append(m.jobs, j)
	slices.SortFunc(m.jobs, func(a, b *modelJob) int { return cmp.Compare(a.seq, b.seq) })
}

func (m *model) remove(id job.ID) {
	j := m.job(id)
	if j == nil {
		return
	}
	m.jobs = slices.DeleteFunc(m.jobs, func(j *modelJob) bool { return j.ID == id })
	if b := m.batch(j.Batch); len(m.in(b)) == 0 { // its name, place and folding are remembered
		b.foldedFiltered = false
		if m.savedCursor.batch == b.ID {
			m.savedCursor = spot{}
		}
	}
	if m.savedCursor.id == id {
		m.savedCursor = spot{}
	}
	if m.viewedRow == id {
		m.viewedRow = job.ID{}
	}
}

// in is the jobs of a batch.
func (m *model) in(b *modelBatch) []*modelJob {
	return slices.DeleteFunc(slices.Clone(m.jobs), func(j *modelJob) bool { return j.Batch != b.ID })
}

// jobPlace is where a job stands in its batch: lexically less is further up.
func (m *model) jobPlace(j *modelJob) []int64 {
	state := j.State()
	class := map[State]int64{Error: 0, Rejected: 0, GivenUp: 0, Running: 1, Other: 2, Unheard: 3, Queued: 3, Done: 4}[state]
	seq := int64(j.seq)
	switch m.sort {
	case Attention:
		switch {
		case state != Running:
			return []int64{class, 0, seq}
		case j.at < 0:
			return []int64{class, 1, seq}
		default:
			return []int64{class, -(j.at / 10), seq}
		}
	case ByStatus:
		return []int64{class, seq}
	case ByProgress:
		switch {
		case state == Done:
			return []int64{-100, seq}
		case state.Failed() || j.at < 0:
			return []int64{1, seq}
		default:
			return []int64{-j.at, seq}
		}
	case ByRecent:
		return []int64{-j.Changed().Unix(), seq}
	default:
		return []int64{seq}
	}
}

func (m *model) batchPlace(b *modelBatch) []int64 {
	switch m.sort {
	case Attention:
		over := int64(1)
		if slices.ContainsFunc(m.in(b), func(j *modelJob) bool { return !j.State().Finished() }) {
			over = 0
		}
		return []int64{over, int64(-b.seq)}
	case ByAdded:
		return []int64{int64(b.seq)}
	case ByRecent:
		recent := int64(0)
		for _, j := range m.in(b) {
			recent = max(recent, j.Changed().Unix())
		}
		return []int64{-recent, int64(-b.seq)}
	default:
		return []int64{int64(-b.seq)}
	}
}

// place puts the batches where they belong, all but the one that stays.
func (m *model) place(stays store.BatchID) {
	for _, b := range m.batches {
		if b.ID != stays {
			b.place = m.batchPlace(b)
		}
	}
}

func (m *model) ordered() []*modelBatch {
	out := slices.Clone(m.batches)
	slices.SortFunc(out, func(a, b *modelBatch) int { return slices.Compare(a.place, b.place) })
	return out
}

// shown is the jobs of a batch that the filter shows, in their order.
func (m *model) shown(b *modelBatch) []*modelJob {
	var out []*modelJob
	for _, j := range m.in(b) {
		if m.matches(j) {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(a, b *modelJob) int { return slices.Compare(m.jobPlace(a), m.jobPlace(b)) })
	return out
}

func (m *model) matches(j *modelJob) bool {
	b := m.batch(j.Batch)
	record := *b.record
	record.In().Name = b.Name
	record.Job, record.Problem, record.Next, record.News = j.Job, j.Problem, j.Next, j.News
	return m.filter.Match(&Row{Record: &record, Selected: j.Selected, viewed: j.ID == m.viewedRow}, m.now)
}

func (m *model) foldedNow(b *modelBatch) bool {
	if m.filter.IsZero() {
		return b.folded
	}
	return b.foldedFiltered
}

func (m *model) fold(b *modelBatch, fold bool) {
	if len(m.in(b)) == 0 {
		return
	}
	if m.filter.IsZero() {
		b.folded = fold
	} else {
		b.foldedFiltered = fold
	}
}

// lines is all the lines.
func (m *model) lines() []spot {
	var out []spot
	for _, b := range m.ordered() {
		shown := m.shown(b)
		if len(shown) == 0 {
			continue
		}
		out = append(out, spot{batch: b.ID, place: b.place})
		if m.foldedNow(b) {
			continue
		}
		for _, j := range shown {
			out = append(out, spot{batch: b.ID, id: j.ID, job: m.jobPlace(j), place: b.place})
		}
	}
	return out
}

// line is the number of a spot's line, -1 if it has none.
func (m *model) line(s spot) int { return slices.IndexFunc(m.lines(), s.same) }

// settle is what follows every change.
func (m *model) settle() {
	m.place(m.cursor.batch)
	m.moveTo(m.nearest(m.cursor))
	m.moveTo(m.nearest(m.cursor))
	if j := m.job(m.cursor.id); j != nil && j.News && !m.unwatched {
		j.News, m.viewedRow = false, j.ID
	}
}

// moveTo puts the cursor on a line, and lets go of what it was on.
func (m *model) moveTo(s spot) {
	m.cursor = s
	if m.viewedRow != s.id {
		m.viewedRow = job.ID{}
	}
	m.place(m.cursor.batch)
}

// nearest is the line for a cursor that may have lost its own.
func (m *model) nearest(s spot) spot {
	lines := m.lines()
	switch i := slices.IndexFunc(lines, s.same); {
	case len(lines) == 0:
		return spot{}
	case s.nowhere():
		return lines[0]
	case i >= 0:
		return lines[i]
	}
	last := spot{}
	for _, l := range lines {
		if l.batch != s.batch {
			continue
		}
		if m.foldedNow(m.batch(s.batch)) || s.id != (job.ID{}) && l.id != (job.ID{}) && slices.Compare(l.job, s.job) >= 0 {
			return l
		}
		last = l
	}
	if !last.nowhere() {
		return last
	}
	for _, l := range lines {
		if slices.Compare(l.place, s.place) >= 0 {
			return l
		}
	}
	return lines[len(lines)-1]
}

// user is a move of the cursor by hand.
func (m *model) user(s spot) {
	m.savedCursor = spot{}
	m.moveTo(s)
	m.settle()
}

func (m *model) move(n int) {
	if lines := m.lines(); len(lines) > 0 {
		m.user(lines[max(0, min(m.line(m.cursor)+n, len(lines)-1))])
	}
}

func (m *model) setFilter(f Filter) {
	if m.filter.IsZero() != f.IsZero() {
		for _, b := range m.batches {
			b.foldedFiltered = false
		}
	}
	m.filter = f
	if m.savedCursor.nowhere() {
		m.savedCursor = m.cursor
	}
	if m.line(m.savedCursor) >= 0 {
		savedCursor := m.savedCursor
		m.savedCursor = spot{}
		m.moveTo(savedCursor)
	}
	m.settle()
}

func (m *model) setSort(s Sort) {
	m.sort = s
	for _, j := range m.jobs {
		j.at = j.hundredths()
	}
	m.place("")
	m.settle()
}

func (m *model) observe(j *modelJob, after store.Job) {
	before := j.State()
	j.Job = after
	if j.State() != before {
		j.at = j.hundredths()
	}
	switch {
	case j.State().Finished() && !before.Finished():
		j.News = true
	case !j.State().Finished():
		j.News = false
	}
}

// resort puts all jobs where they belong, if that has not been done for some time.
func (m *model) resort() {
	if m.now.Sub(m.resorted) < resortInterval {
		return
	}
	for _, j := range m.jobs {
		before := m.jobPlace(j)
		j.at = j.hundredths()
		if slices.Compare(before, m.jobPlace(j)) != 0 {
			m.resorted = m.now
		}
	}
}

func (m *model) counts(jobs []*modelJob) Counts {
	var c Counts
	for _, j := range jobs {
		c.Total++
		c.By[j.State()]++
		c.Selected += oneIf(j.Selected)
		switch p := j.Answer.Progress; {
		case j.State().Finished():
			c.done += whole
		case p >= 0:
			c.done += int64(math.Round(float64(p) * whole))
		}
	}
	return c
}

// shortID is the shortest of the forms that no other job's ID begins with.
func (m *model) shortID(id job.ID) string {
	for _, n := range []int{8, 13, 18, 23, 28, 32} {
		alone := true
		for _, j := range m.jobs {
			alone = alone && (j.ID == id || j.ID.String()[:n] != id.String()[:n])
		}
		if alone {
			return id.String()[:n]
		}
	}
	return id.String()
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
