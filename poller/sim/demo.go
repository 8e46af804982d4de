package sim

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// Batch is jobs that belong together, as a user of the demo would have added them.
type Batch struct {
	Name string
	IDs  []job.ID
}

// demoWorkers is how many jobs of the demo run at a time: few enough for a queue, enough
// for most jobs to be done within four minutes.
const demoWorkers = 8

// Demo adds about 30 jobs in 4 batches that show everything: jobs that finish within
// seconds and jobs that wait, every type of progress, and a few that fail.
func (s *Server) Demo(seed uint64) []Batch {
	r := OtherRandom(seed)
	sets := demoSets()
	batches := make([]Batch, len(sets))
	var jobs []Job
	var order, turns []int
	for i, set := range sets {
		batches[i].Name = set.name
		for turn, title := range set.titles {
			order, turns = append(order, len(jobs)), append(turns, turn)
			jobs = append(jobs, Job{Description: title, Chapters: 1 + r.IntN(set.chapters)})
		}
	}
	// One of each batch in turn, so that all batches run at once.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turns[a], turns[b]) })
	lives := Lives(seed, len(jobs))
	for at, i := range order {
		l := &lives[i]
		l.Type = [...]Type{Linear, Stepped, Silent, Linear, Linear, Stalled, Silent, Stepped, Linear}[at%9]
		l.Stretch(demoLength(at, &r))
		l.Fail = at%9 == 4
		l.Duration = l.Work
		if l.Fail {
			l.Duration = time.Duration(float64(l.Work) * (0.3 + 0.5*r.Float64()))
			jobs[i].Cause = causes()[at/9%len(causes())]
		}
	}
	Queue(lives, order, demoWorkers)
	for i := range jobs {
		jobs[i].Life = lives[i]
	}
	ids := s.Add(jobs...)
	for i, set := range sets {
		n := len(set.titles)
		batches[i].IDs, ids = ids[:n:n], ids[n:]
	}
	return batches
}

// demoLength returns 3 to 9 s for the first few, then 20 to 90 s.
func demoLength(at int, r *Random) time.Duration {
	if at < 4 {
		return seconds(float64(3+2*at) * (0.9 + 0.2*r.Float64()))
	}
	return seconds(20 + 70*r.Float64()*r.Float64())
}

// Arrivals adds jobs 20 to 60 s apart and yields them, until ctx ends.
func (s *Server) Arrivals(ctx context.Context, seed uint64) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		r := OtherRandom(seed + 1)
		for n := 1; ; n++ {
			select {
			case <-time.After(seconds(20 + 40*r.Float64())):
			case <-ctx.Done():
				return
			}
			if !yield(s.arrival(n, &r)) {
				return
			}
		}
	}
}

// arrival adds one to three invoices, or now and then documents of another kind.
func (s *Server) arrival(n int, r *Random) Batch {
	seed := r.Uint64()
	lives := Lives(seed, 1+r.IntN(3))
	for i := range lives {
		lives[i].Stretch(seconds(10 + 50*r.Float64()))
		lives[i].StartAt(seconds(12 * r.Float64()))
	}
	jobs := Describe(seed, lives)
	if n%3 == 0 {
		return Batch{"Walk-in orders", s.Add(jobs...)}
	}
	for i := range jobs {
		jobs[i].Description = fmt.Sprintf("Invoice %d-%d, %s", 2060+n, i+1, customers()[r.IntN(len(customers()))])
	}
	return Batch{"Customer invoices", s.Add(jobs...)}
}

// demoSet is one batch of the demo.
type demoSet struct {
	name     string
	chapters int // at most
	titles   []string
}

func demoSets() []demoSet {
	var invoices []string
	for i, customer := range customers() {
		invoices = append(invoices, fmt.Sprintf("Invoice %d, %s", 2041+i, customer))
	}
	return []demoSet{
		{"Q3 board pack", 9, []string{
			"Agenda", "CEO letter", "Financial statements", "Sales by region", "Hiring plan",
			"Risk register", "Product roadmap", "Minutes of the last meeting",
		}},
		{"Customer invoices", 1, invoices},
		{"API handbook", 24, []string{
			"Quick start", "Authentication", "Reference, part 1: documents", "Reference, part 2: jobs",
			"Error codes", "Changelog",
		}},
		{"Thesis drafts", 12, []string{
			"Müller: Soil moisture from orbit", "O'Brien: Proof-carrying parsers",
			"Nakamura: 日本語組版の自動化", "Silva: Coral reefs, chapter 1-7", "Kowalska: Sparse attention",
			"Haddad: Water rights 1920-1975",
		}},
	}
}

func customers() []string {
	return []string{
		"Northwind Traders", "Bäckerei Schmidt", "Acme Corp", "Lumen & Sons", "Café Zoë",
		"Globex", "Initech", "Hooli", "Stark Dairy", "Umbrella Repairs", "Vandelay Imports",
	}
}

// Describe gives each life a believable description, chapters and a cause should it fail;
// the same ones for the same seed.
func Describe(seed uint64, lives []Life) []Job {
	documents := []string{
		"Annual report", "Installation guide", "Release notes", "Course reader", "Field manual",
		"Cookbook", "Meeting minutes", "Grant application", "Lab protocol", "Style guide",
		"Travel guide", "Price list", "Safety data sheets", "Novel manuscript", "Tender documents",
		"Résumé collection", "Poème du jour", "Handbuch für Einsteiger", "仕様書", "Справочник",
	}
	editions := []string{
		"first draft", "second edition", "print layout", "large type", "A5 booklet",
		"for review", "final", "with appendix", "North region", "2025",
	}
	r := OtherRandom(seed)
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	jobs := make([]Job, len(lives))
	for i, l := range lives {
		jobs[i] = Job{
			Life:        l,
			Description: pick(documents) + ", " + pick(editions),
			Chapters:    1 + r.IntN(24),
			Cause:       pick(causes()),
		}
	}
	return jobs
}

func causes() []string {
	return []string{
		"Image not found: figures/architecture.png",
		"Unclosed code fence, opened in line 412",
		"Table in chapter 6 is wider than the page",
		"Font not available: Fira Code",
		"Document has more than 2,000 pages",
		"Invalid front matter: 'date' is not a date",
	}
}
