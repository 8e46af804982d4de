package jobview

import (
	"strconv"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/style"
)

// Cause is why some jobs failed.
type Cause struct {
	Text string // what may be shown of what the API said, or jobwatch; untrusted
	Jobs []job.ID
}

// Batch draws all that is known of a batch, and why jobs of it failed, in a width.
func (v *View) Batch(b *joblist.Batch, causes []Cause, width int) []string {
	p := v.page(width)
	p.text("", 0, style.Strong, b.Name, 3)
	l := p.line()
	putBatchBar(l, &b.Counts, min(32, p.width-6))
	p.add(l.Space(1).Put(style.Text, style.Percent(job.Progress(b.Counts.Progress()))))
	p.blank()
	p.beside(func(p *page) {
		p.states(&b.Counts) // first: a low pane is cut at its end
		p.batchFacts(b)
	}, func(p *page) {
		past := p.Forecast.Throughput(b.ID, p.Now)
		if b.Counts.Finished() >= 2 && len(past.PerMinute) >= 2 {
			p.heading(style.Dim, "Jobs finished a minute")
			p.chart(past.PerMinute, 0, past.From, past.To)
		}
		if len(causes) > 0 {
			p.heading(style.Error, "Failures")
		}
		for _, c := range causes {
			p.add(p.line().Right(style.Text, strconv.Itoa(len(c.Jobs)), 4).Space(2).Cut(style.Text, c.Text, p.width-6))
		}
	})
	return p.lines
}

// states counts the jobs, and those of each status.
func (p *page) states(c *joblist.Counts) {
	p.fact("Jobs", style.Text, strconv.Itoa(c.Total)+", "+strconv.Itoa(c.Finished())+" finished")
	for _, s := range []struct {
		state  joblist.State
		status job.Status
		end    job.End
	}{
		{joblist.Error, job.Error, job.EndedError},
		{joblist.Rejected, "", job.EndedRejected},
		{joblist.GivenUp, "", job.EndedGivenUp},
		{joblist.Running, job.Processing, job.Live},
		{joblist.Queued, job.NotStarted, job.Live},
		{joblist.Unheard, "", job.Live},
		{joblist.Done, job.Done, job.EndedDone},
	} {
		if n := c.By[s.state]; n > 0 {
			look := p.Theme.Look(s.status, s.end, nil)
			p.add(p.line().Space(labelWidth).Put(look.Role, look.Glyph+" ").Right(style.Text, strconv.Itoa(n), 5).
				Space(1).Put(look.Role, look.Word))
		}
	}
}

func (p *page) batchFacts(b *joblist.Batch) {
	if b.Counts.Live() > 0 {
		p.Hold(ForecastStep)
		p.ready(p.Forecast.Batch(b.ID, p.Now))
	}
	p.fact("Added", style.Text, p.when(b.Added))
	switch s := p.Forecast.Spread(b.ID); s.Jobs {
	case 0:
	case 1:
		p.fact("Took", style.Text, style.Duration(s.Max))
	default:
		p.fact("Took", style.Text, style.Duration(s.Median)+" median, "+style.Duration(s.P95)+" p95")
		p.fact("Fastest", style.Text, style.Duration(s.Min))
		p.fact("Slowest", style.Text, s.Slowest.Short()+", "+style.Duration(s.Max))
	}
}
