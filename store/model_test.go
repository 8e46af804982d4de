package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	. "example.com/jobwatch/store"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/storetest"
)

// model is what a state file should say, the plainest way.
type model struct {
	jobs    map[job.ID]Job
	order   []job.ID
	batches map[BatchID]Batch
}

func newModel(c Contents) model {
	m := model{jobs: map[job.ID]Job{}, batches: map[BatchID]Batch{}}
	for _, j := range c.Jobs {
		m.apply(Track{j})
	}
	for _, b := range c.Batches {
		m.apply(SetBatch{b})
	}
	return m
}

func (m *model) apply(ops ...Op) {
	for _, op := range ops {
		switch op := op.(type) {
		case Track:
			if _, tracked := m.jobs[op.Job.ID]; !tracked {
				m.jobs[op.Job.ID] = op.Job
				m.order = append(m.order, op.Job.ID)
			}
		case Observe:
			if before, tracked := m.jobs[op.Job.ID]; tracked {
				op.Job.Batch, op.Job.Added = before.Batch, before.Added
				m.jobs[op.Job.ID] = op.Job
			}
		case Forget:
			if _, tracked := m.jobs[op.ID]; tracked {
				delete(m.jobs, op.ID)
				m.order = slices.DeleteFunc(m.order, func(id job.ID) bool { return id == op.ID })
			}
		case SetBatch:
			m.batches[op.Batch.ID] = op.Batch
		}
	}
}

func (m *model) hear(n News) {
	if n.Reset != nil {
		*m = newModel(*n.Reset)
	}
	m.apply(n.Ops...)
}

func (m *model) clone() model {
	return model{maps.Clone(m.jobs), slices.Clone(m.order), maps.Clone(m.batches)}
}

// same compares two models; the order of jobs counts only where it's asked for, as
// dashboards that heard of two pastes in another order sort them by time anyway.
func (m *model) same(other model, ordered bool) bool {
	return reflect.DeepEqual(m.jobs, other.jobs) && reflect.DeepEqual(m.batches, other.batches) &&
		(!ordered || slices.Equal(m.order, other.order))
}

func (m model) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "batches %v\n", m.batches)
	for _, id := range m.order {
		fmt.Fprintf(&s, "%+v\n", m.jobs[id])
	}
	return s.String()
}

// dashboard is one process with the file open, and what it shows.
type dashboard struct {
	process *storetest.Process
	store   *Store
	shows   model
}

// world is a machine with dashboards on one state file, and the truth about it.
type world struct {
	tb         testing.TB
	machine    *storetest.Machine
	dashboards []*dashboard
	truth      model
}

const worldFile = "/home/state/jobwatch/jobs.jsonl"

func newWorld(tb testing.TB, dashboards int) *world {
	tb.Helper()
	w := &world{tb: tb, machine: storetest.NewMachine("/home"), truth: newModel(Contents{})}
	for range dashboards {
		w.dashboards = append(w.dashboards, new(dashboard))
		w.restart(w.dashboards[len(w.dashboards)-1])
	}
	return w
}

// restart opens the file in a new process, which must find the truth.
func (w *world) restart(d *dashboard) {
	w.tb.Helper()
	d.process = w.machine.Start()
	s, opened, err := Open(w.tb.Context(), d.process, worldFile)
	if err != nil || len(opened.Warnings) > 0 {
		w.tb.Fatalf("open: %v %v", err, opened.Warnings)
	}
	d.store = s
	s.CompactFrom(2 << 10) // compact often
	d.shows = newModel(opened.Contents)
	if !d.shows.same(w.truth, true) {
		w.tb.Fatalf("a start found\n%v, damaged %d\nand not\n%v", d.shows, opened.Damaged, w.truth)
	}
}

// act appends ops. If the process dies of it, the truth becomes what a new start
// finds, which must be the truth before and the first few of the ops.
func (w *world) act(d *dashboard, ops ...Op) {
	w.tb.Helper()
	err := d.store.Append(w.tb.Context(), ops...)
	switch {
	case err == nil:
		w.truth.apply(ops...)
		d.shows.apply(ops...)
	case d.process.Killed():
		w.find(ops, nil)
		w.restart(d)
	default:
		w.tb.Fatalf("append: %v", err)
	}
}

// cutPower does that in the middle of an append of ops by d.
func (w *world) cutPower(rng *rand.Rand, d *dashboard, ops ...Op) {
	w.tb.Helper()
	err := d.store.Append(w.tb.Context(), ops...)
	if err == nil {
		w.truth.apply(ops...)
		ops = nil
	}
	w.machine.CutPower(rng)
	w.find(ops, nil)
	for _, d := range w.dashboards {
		w.restart(d)
	}
}

// die lets d die while it appends ops, then other append more, and then, with a
// source of chance, cuts the power.
func (w *world) die(d *dashboard, ops []Op, other *dashboard, more []Op, rng *rand.Rand) {
	w.tb.Helper()
	err := d.store.Append(w.tb.Context(), ops...)
	if err == nil {
		w.truth.apply(ops...)
		d.shows.apply(ops...)
		ops = nil
	}
	if err := other.store.Append(w.tb.Context(), more...); err != nil {
		w.tb.Fatalf("append after another was killed: %v", err)
	}
	other.shows.apply(more...)
	if rng != nil {
		w.machine.CutPower(rng)
	}
	w.find(ops, more)
	if rng != nil {
		w.restart(other)
		w.restart(d)
	} else if d.process.KillAfter(-1); d.process.Killed() {
		w.restart(d)
	}
}

// find sets the truth to what the file says. It may have lost only unsaved ops, and
// nothing of what was saved after them.
func (w *world) find(unsaved, saved []Op) {
	w.tb.Helper()
	_, opened, err := Open(w.tb.Context(), w.machine.Start(), worldFile)
	if err != nil || len(opened.Warnings) > 0 {
		w.tb.Fatalf("open after a crash: %v %v", err, opened.Warnings)
	}
	found := newModel(opened.Contents)
	for n := range len(unsaved) + 1 {
		possible := w.truth.clone()
		possible.apply(unsaved[:n]...)
		possible.apply(saved...)
		if found.same(possible, true) {
			w.truth = found
			return
		}
	}
	w.tb.Fatalf("after a crash there is\n%v, damaged %d\nand not\n%v, with unsaved %+v",
		found, opened.Damaged, w.truth, unsaved)
}

// listen lets a dashboard hear the news that there are.
func (d *dashboard) listen() {
	d.shows.hear(d.store.Look())
}

func (w *world) check() {
	w.tb.Helper()
	for i, d := range w.dashboards {
		d.listen()
		d.listen() // what Append found, and then the rest
		if !d.shows.same(w.truth, false) {
			w.tb.Fatalf("dashboard %d shows\n%v\nand not\n%v", i, d.shows, w.truth)
		}
	}
}

func TestAnyHistoryEndsInTheTruth(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rapidTB{t, rt}, 2)
		ids := rapid.IntRange(1, 8)
		text := rapid.StringN(0, 8, -1)
		which := func(rt *rapid.T) *dashboard { return rapid.SampledFrom(w.dashboards).Draw(rt, "dashboard") }
		record := func(rt *rapid.T) Job {
			j := running(ids.Draw(rt, "job"), "", job.Progress(rapid.IntRange(0, 20).Draw(rt, "twentieths"))/20)
			j.Answer.Description = text.Draw(rt, "description")
			if rapid.Bool().Draw(rt, "done") {
				j.Answer.Status, j.End, j.Ended = job.Done, job.EndedDone, at(99)
			}
			if rapid.Bool().Draw(rt, "newer") {
				j.Extra = Extra{"colour": []byte(`"red"`)}
			}
			return j
		}
		change := func(rt *rapid.T) Op {
			switch rapid.IntRange(0, 5).Draw(rt, "change") {
			case 0:
				return Track{pasted(ids.Draw(rt, "job"), BatchID(rapid.StringN(0, 2, -1).Draw(rt, "batch")))}
			case 1:
				return Track{record(rt)} // undo
			case 2:
				return Forget{id(ids.Draw(rt, "job"))}
			case 3:
				return SetBatch{Batch{ID: BatchID(rapid.StringN(0, 2, -1).Draw(rt, "batch")), Name: text.Draw(rt, "name")}}
			default:
				j := record(rt)
				j.Added = at(0).AddDate(-1, 0, 0) // not for Observe to say
				return Observe{j}
			}
		}
		changes := func(rt *rapid.T) []Op { return rapid.SliceOfN(rapid.Custom(change), 1, 4).Draw(rt, "ops") }
		chance := func(rt *rapid.T) *rand.Rand {
			if rapid.Bool().Draw(rt, "power cut") {
				return rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
			}
			return nil
		}
		rt.Repeat(map[string]func(*rapid.T){
			"append": func(rt *rapid.T) { w.act(which(rt), changes(rt)...) },
			"listen": func(rt *rapid.T) { which(rt).listen() },
			"quit and start": func(rt *rapid.T) {
				w.restart(which(rt))
			},
			"kill": func(rt *rapid.T) {
				first := rapid.IntRange(0, 1).Draw(rt, "dashboard")
				d, other := w.dashboards[first], w.dashboards[1-first]
				d.process.KillAfter(rapid.IntRange(0, 8).Draw(rt, "after"))
				w.die(d, changes(rt), other, changes(rt), chance(rt))
			},
			"kill alone": func(rt *rapid.T) {
				d := which(rt)
				d.process.KillAfter(rapid.IntRange(0, 10).Draw(rt, "after"))
				w.act(d, changes(rt)...)
				if d.process.KillAfter(-1); d.process.Killed() {
					w.restart(d)
				}
			},
			"power cut": func(rt *rapid.T) {
				d := which(rt)
				d.process.KillAfter(rapid.IntRange(0, 10).Draw(rt, "after"))
				w.cutPower(rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0)), d, changes(rt)...)
			},
			"all listen": func(*rapid.T) { w.check() },
		})
		w.check()
	})
}

// rapidTB fails a rapid check by what looks like a test.
type rapidTB struct {
	testing.TB
	rt *rapid.T
}

func (t rapidTB) Helper()                        {}
func (t rapidTB) Fatalf(format string, a ...any) { t.rt.Fatalf(format, a...) }

// worn is a world whose next append compacts, and that append.
func worn(t *testing.T) (*world, []Op) {
	t.Helper()
	w := newWorld(t, 2)
	w.act(w.dashboards[0], append(track(pasted(1, "a"), pasted(2, "a")), SetBatch{Batch{ID: "a", Name: "A"}})...)
	w.act(w.dashboards[1], SetBatch{Batch{ID: "b", Name: "B"}}) // now both know the file well
	ops := []Op{Track{pasted(3, "a")}, Forget{id(2)}}
	for i := range 20 {
		ops = append(ops, Observe{running(1, "", job.Progress(i)/20)})
	}
	return w, ops
}

func TestAPowerCutAtAnyMomentLosesNothingSaved(t *testing.T) {
	const seeds = 12 // what is left of unsynced writes is a matter of chance
	for _, otherGoesOn := range []bool{false, true} {
		killed := true
		for steps := 0; killed; steps++ {
			for seed := range uint64(seeds) {
				w, ops := worn(t)
				d := w.dashboards[0]
				process := d.process
				process.KillAfter(steps)
				rng := rand.New(rand.NewPCG(seed, uint64(steps)))
				if otherGoesOn {
					w.die(d, ops, w.dashboards[1], track(pasted(9, "")), rng)
				} else {
					w.cutPower(rng, d, ops...)
				}
				killed = process.Killed()
				w.act(w.dashboards[0], Observe{running(1, "", 1)})
				w.check()
			}
			if steps > 50 {
				t.Fatal("the append takes no end")
			}
		}
	}
}

func TestAPowerCutDuringTheFirstStartIsNoReasonToRefuse(t *testing.T) {
	killed := true
	for steps := 0; killed; steps++ {
		for seed := range uint64(8) {
			machine := storetest.NewMachine("/home")
			first := machine.Start()
			first.KillAfter(steps)
			if s, _, err := Open(t.Context(), first, worldFile); err == nil {
				_ = s.Append(t.Context(), Track{pasted(1, "")})
			}
			killed = first.Killed()
			machine.CutPower(rand.New(rand.NewPCG(seed, 0)))
			s, opened := open(t, worldFile, machine.Start())
			equal(t, "warnings", opened.Warnings, nil)
			if !killed {
				equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
			}
			save(t, s, Track{pasted(2, "")})
		}
	}
}
