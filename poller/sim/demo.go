package sim

import (
	"cmp"
	"context"
	_ "embed" // the words of the demo
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

//go:embed demo.json
var demoJSON []byte

// words are what jobs are called, and why they fail.
type words struct {
	Batches []struct {
		Name     string
		Chapters int // at most
		Titles   []string
	}
	Documents, Editions, Causes []string
}

func readWords() (w words) {
	_ = json.Unmarshal(demoJSON, &w) // never fails
	return w
}

// Batch is jobs that belong together, as a user of the demo would have added them.
type Batch struct {
	Name string
	IDs  []job.ID
}

// Demo adds about 30 jobs in 4 batches: some wait, some fail, with every type of progress.
func (s *Server) Demo(seed uint64) (batches []Batch) {
	r := OtherRandom(seed)
	all := readWords()
	var jobs []Job
	var order, turns []int
	for _, set := range all.Batches {
		for turn, title := range set.Titles {
			order, turns = append(order, len(jobs)), append(turns, turn)
			jobs = append(jobs, Job{Description: title, Chapters: 1 + r.IntN(set.Chapters)})
		}
	}
	// One of each batch in turn, so that all batches run at once.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turns[a], turns[b]) })
	lives := Lives(seed, len(jobs))
	for at, i := range order {
		l := &lives[i]
		l.Type = [...]Type{Linear, Stepped, Silent, Linear, Linear, Stalled, Silent, Stepped, Linear}[at%9]
		if at < 4 {
			l.Stretch(seconds(float64(3+2*at) * (0.9 + 0.2*r.Float64())))
		} else {
			l.Stretch(seconds(20 + 70*r.Float64()*r.Float64()))
		}
		l.Fail = at%9 == 4
		l.Duration = l.Work
		if l.Fail {
			l.Duration = time.Duration(float64(l.Work) * (0.3 + 0.5*r.Float64()))
			jobs[i].Cause = all.Causes[at/9%len(all.Causes)]
		}
	}
	const workers = 8 // few enough for a queue, enough for most jobs to be done within four minutes
	Queue(lives, order, workers)
	for i := range jobs {
		jobs[i].Life = lives[i]
	}
	ids := s.Add(jobs...)
	for _, set := range all.Batches {
		n := len(set.Titles)
		batches = append(batches, Batch{set.Name, ids[:n:n]})
		ids = ids[n:]
	}
	return batches
}

// Arrivals adds and yields the batches of [Server.Demo], then others 20 to 60 s apart, until ctx
// ends: one to three invoices, or now and then documents of another kind, that take up to a minute.
func (s *Server) Arrivals(ctx context.Context, seed uint64) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		for _, b := range s.Demo(seed) {
			if !yield(b) {
				return
			}
		}
		r := OtherRandom(seed + 1)
		for n := 1; ; n++ {
			select {
			case <-time.After(seconds(20 + 40*r.Float64())):
			case <-ctx.Done():
				return
			}
			seed := r.Uint64()
			lives := Lives(seed, 1+r.IntN(3))
			for i := range lives {
				lives[i].Stretch(seconds(10 + 50*r.Float64()))
				lives[i].StartAt(seconds(12 * r.Float64()))
			}
			jobs := Describe(seed, lives)
			batch := "Walk-in orders"
			if n%3 != 0 {
				batch = "Customer invoices"
				invoices := readWords().Batches[1].Titles
				for i := range jobs {
					_, customer, _ := strings.Cut(invoices[r.IntN(len(invoices))], ", ")
					jobs[i].Description = fmt.Sprintf("Invoice %d-%d, %s", 2060+n, i+1, customer)
				}
			}
			if !yield(Batch{batch, s.Add(jobs...)}) {
				return
			}
		}
	}
}

// Describe gives each life a believable description, chapters and a cause should it fail.
func Describe(seed uint64, lives []Life) []Job {
	r, all := OtherRandom(seed), readWords()
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	jobs := make([]Job, len(lives))
	for i, l := range lives {
		jobs[i] = Job{
			Life:        l,
			Description: pick(all.Documents) + ", " + pick(all.Editions),
			Chapters:    1 + r.IntN(24),
			Cause:       pick(all.Causes),
		}
	}
	return jobs
}
