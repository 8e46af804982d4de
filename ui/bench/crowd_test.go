//go:build linux

package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// crowd writes a state file of n jobs, with their history, in batches of 100. live is
// the share of them that is not finished; these have the IDs given, as far as they last.
func crowd(b *testing.B, n int, live float64, ids ...job.ID) (path string) {
	b.Helper()
	path = filepath.Join(b.TempDir(), "jobs.jsonl")
	s, _, err := store.Open(context.Background(), store.OSDisk{}, path)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	now := time.Now().Add(-5 * time.Hour)
	var ops []store.Op
	for i := range n {
		batch := store.BatchID(fmt.Sprint("batch", i/100))
		if i%100 == 0 {
			ops = append(ops, store.SetBatch{Batch: store.Batch{ID: batch, Name: fmt.Sprint("Batch ", i/100), Added: now}})
		}
		j := store.Job{ID: randomID(rng), Batch: batch, Added: now, Answer: job.Answer{Progress: job.Unknown}}
		lives := rng.Float64() < live
		if lives && len(ids) > 0 {
			j.ID, ids = ids[0], ids[1:]
		}
		ops = append(ops, store.Track{Job: j}, store.Observe{Job: grown(j, rng, lives)})
	}
	if err := s.Append(context.Background(), ops...); err != nil {
		b.Fatal(err)
	}
	return path
}

// grown is a job after some time: waiting or running, or finished long ago.
func grown(j store.Job, rng *rand.Rand, live bool) store.Job {
	j.Answer.Description = fmt.Sprintf("Invoice %d of customer %d", rng.IntN(100_000), rng.IntN(1000))
	j.Answered = j.Added.Add(time.Minute)
	change := func(after time.Duration, s job.Status) {
		j.Answer.Status = s
		j.History = append(j.History, store.Change{At: j.Added.Add(after), Status: s})
	}
	change(time.Second, job.NotStarted)
	if live && rng.IntN(4) > 0 {
		return j
	}
	change(10*time.Second, job.Processing)
	j.Started = j.Added.Add(10 * time.Second)
	j.Answer.Meta, j.Answer.Progress = "Rendering page 7", job.Progress(rng.Float64())
	if live {
		return j
	}
	change(50*time.Second, job.Done)
	j.End, j.Ended, j.Answer.Progress = job.EndedDone, j.Added.Add(50*time.Second), 1
	j.Answer.Meta, j.Answer.Path = "", "/job/"+j.ID.String()+"/output"
	return j
}

func randomID(rng *rand.Rand) (id job.ID) {
	binary.NativeEndian.PutUint64(id[:], rng.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rng.Uint64())
	return id
}
