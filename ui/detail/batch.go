package detail

import (
	"strconv"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Batch is all that the pane shows of a batch.
type Batch struct {
	store.Batch
	Counts     joblist.Counts
	Ready      forecast.Estimate
	Throughput forecast.Throughput
	Spread     forecast.Spread // zero while no job is Done
	Causes     []Cause         // most jobs first
}

// Cause is why some jobs failed, and how many.
type Cause struct {
	Text string // untrusted
	Jobs int
}

// Lines draws b for a pane of width cells, and says for how long the result stays
// right if nothing new is heard.
func (b Batch) Lines(t *style.Theme, now time.Time, width int) (lines []string, valid time.Duration) {
	p := newPage(t, now, width)
	p.text(style.Strong, 0, b.Name, 3)
	progress := job.Progress(b.Counts.Progress())
	l, bar := p.line(), min(32, p.width-6)
	if b.Counts.Live() > 0 {
		l.Bar(style.Accent, progress, bar)
	} else {
		l.Ended(b.Counts.Failed(), b.Counts.Total, bar)
	}
	p.add(l.Space(1).Put(style.Text, style.Percent(progress)))
	p.blank()
	left, right := p.columns(width)
	left.states(b.Counts) // first: a low pane is cut at its end
	left.batchFacts(b)
	right.throughput(b)
	right.causes(b)
	p.join(left, right)
	return p.lines, p.valid
}

func (p *page) batchFacts(b Batch) {
	if ready := b.Ready.WithClock(p.now.Local()); ready != "" && b.Counts.Live() > 0 {
		p.fact("Ready", style.Text, ready)
		if likely := b.Ready.Range(); likely != "" {
			p.fact("", style.Dim, "likely "+likely)
		}
		p.valid = min(p.valid, 5*time.Second)
	}
	p.fact("Added", style.Text, p.when(b.Added))
	switch s := b.Spread; s.Jobs {
	case 0:
	case 1:
		p.fact("Took", style.Text, style.Duration(s.Max))
	default:
		p.fact("Took", style.Text, style.Duration(s.Median)+" median, "+style.Duration(s.P95)+" p95")
		p.fact("Fastest", style.Text, style.Duration(s.Min))
		p.fact("Slowest", style.Text, s.Slowest.Short()+", "+style.Duration(s.Max))
	}
}

// states counts the jobs, and those of each status.
func (p *page) states(c joblist.Counts) {
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
			look := p.theme.Look(s.status, s.end, nil)
			p.add(p.line().Space(labelWidth).Put(look.Role, look.Glyph+" ").Right(style.Text, strconv.Itoa(n), 5).
				Space(1).Put(look.Role, look.Word))
		}
	}
}

// throughput draws how fast jobs finished, over time.
func (p *page) throughput(b Batch) {
	if b.Counts.Finished() < 2 || len(b.Throughput.Jobs) < 2 {
		return
	}
	p.blank()
	perMinute := b.Throughput.PerMinute(p.now)
	p.add(p.line().Put(style.Dim, "Jobs finished a minute"))
	p.add(p.line().Put(style.Accent, forecast.Sparkline(perMinute, 0, p.theme.Charset == sanitize.ASCII)))
	from, to := p.stamp(b.Throughput.From), p.stamp(b.Throughput.From.Add(time.Duration(len(perMinute))*b.Throughput.Width))
	p.add(p.line().Put(style.Dim, from).Right(style.Dim, to, max(len(perMinute)-len(from), len(to)+1)))
}

// causes groups the failures.
func (p *page) causes(b Batch) {
	if len(b.Causes) == 0 {
		return
	}
	p.blank()
	p.add(p.line().Put(style.Error, "Failures"))
	for _, c := range b.Causes {
		p.add(p.line().Right(style.Text, strconv.Itoa(c.Jobs), 4).Space(2).Cut(style.Text, c.Text, p.width-6))
	}
}
