package store_test

import (
	"math/rand/v2"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/storetest"
)

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
			if s, _, err := Open(t.Context(), worldFile, OnDisk(first)); err == nil {
				_ = s.Append(t.Context(), Track{pasted(1, "")})
			}
			killed = first.Killed()
			machine.CutPower(rand.New(rand.NewPCG(seed, 0)))
			s, opened := open(t, worldFile, OnDisk(machine.Start()))
			equal(t, "warnings", opened.Warnings, nil)
			if !killed {
				equal(t, "jobs", opened.Contents.Jobs, []Job{pasted(1, "")})
			}
			save(t, s, Track{pasted(2, "")})
		}
	}
}
