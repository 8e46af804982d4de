package sim

import (
	"math"
	"time"

	"example.com/jobwatch/poller/job"
)

// Type is how a job reports its progress.
type Type uint8

// The types of progress.
const (
	Linear  Type = iota // steady but for noise, in hundredths
	Stepped             // in quarters
	Silent              // none at all
	Stalled             // steady at first, then unchanged until the end
)

// pieces is how many pieces of uneven length a job's progress is made of.
const pieces = 8

// Plan is one job's life from its start on, known in advance.
type Plan struct {
	Work     time.Duration // D: how long the job takes when nothing goes wrong, 1 s to 20 min
	Duration time.Duration // from its start to its end: Work, or less when it fails
	Type     Type
	Fail     bool    // it ends with Error, not Done
	Wait     float64 // the queue draw, an exponential number with mean 1

	shares  [pieces]float64 // the shares of Work at which each piece ends, for Linear and Stepped
	level   float64         // where a Stalled job stops
	levelAt float64         // the share of Work at which it gets there
}

// Stretch gives the plan another length. It fails at the same share of it.
func (p *Plan) Stretch(work time.Duration) {
	p.Duration = time.Duration(float64(p.Duration) / float64(p.Work) * float64(work))
	p.Work = work
}

// Plans draws n plans. The draws are fixed, so that figures measured on them can be
// compared with anybody's:
//
//   - Random numbers: SplitMix64(seed); u = (x >> 11) · 2^-53;
//     norm = sqrt(-2 ln(1 - u1)) · cos(2π u2).
//   - 24 draws a job, in this order: norm z; u type; 8 norms; u, u stall; u, u error;
//     u wait.
//   - Work D = clamp(15 · e^(1.4 z), 1, 1200) s. Type: < .40 linear, < .60 stepped,
//     < .85 silent, else stalled.
//   - Weights e^(0.4 norm), normalised to cumulative shares of the work. Linear: 8 equal
//     pieces of progress over them, floored to 0.01. Stepped: the first 4 weights, reports
//     k/4. Stalled: the level 0.5 + 0.45 u, reached linearly at the share 0.2 + 0.4 u of D,
//     then flat. Silent: no progress.
//   - Error if u < .03, ending at max(1, D · u2).
//   - Wait -ln(1 - u), for workloads that use it.
//
// Check (seed 1, 1,000 jobs): the first 64-bit number is 0x910a2dec89025cc1, the sum of D
// is 33593.238462, job 0 has D = 14.297375 and stalls; first in, first out, the sum of ends
// is 588899.771510.
func Plans(seed uint64, n int) []Plan {
	r := Random(seed)
	plans := make([]Plan, n)
	for i := range plans {
		plans[i] = draw(&r)
	}
	return plans
}

// draw makes one plan of 24 draws. Their order is the workload's definition.
func draw(r *Random) Plan {
	z := r.Norm()
	kind := r.Float64()
	var weights [pieces]float64
	for i := range weights {
		weights[i] = math.Exp(0.4 * r.Norm())
	}
	level, levelAt := r.Float64(), r.Float64()
	fails, failsAt := r.Float64(), r.Float64()
	wait := r.Exp()

	work := min(max(15*math.Exp(1.4*z), 1), 1200)
	p := Plan{
		Work:    seconds(work),
		Type:    typeOf(kind),
		Fail:    fails < 0.03,
		Wait:    wait,
		level:   0.5 + 0.45*level,
		levelAt: 0.2 + 0.4*levelAt,
	}
	p.Duration = p.Work
	if p.Fail {
		p.Duration = seconds(max(1, work*failsAt))
	}
	used := weights[:]
	if p.Type == Stepped {
		used = weights[:4]
	}
	sum := 0.0
	for i, w := range used {
		sum += w
		p.shares[i] = sum
	}
	for i := range used {
		p.shares[i] /= sum
	}
	return p
}

func typeOf(u float64) Type {
	switch {
	case u < 0.40:
		return Linear
	case u < 0.60:
		return Stepped
	case u < 0.85:
		return Silent
	}
	return Stalled
}

// At returns what the API says of the job at a time since its start, which is negative
// before it. The progress of a Silent job is [job.Unknown] until it is Done.
func (p *Plan) At(sinceStart time.Duration) (job.Status, job.Progress) {
	switch {
	case sinceStart < 0:
		if p.Type == Silent {
			return job.NotStarted, job.Unknown
		}
		return job.NotStarted, 0
	case sinceStart < p.Duration:
		return job.Processing, p.progress(sinceStart)
	case p.Fail:
		return job.Error, p.progress(p.Duration)
	}
	return job.Done, 1
}

// progress returns the progress of a running job.
func (p *Plan) progress(sinceStart time.Duration) job.Progress {
	share := float64(sinceStart) / float64(p.Work)
	switch p.Type {
	case Silent:
		return job.Unknown
	case Stalled:
		return hundredths(p.level * min(1, share/p.levelAt))
	case Stepped:
		k := 0
		for k < 3 && share >= p.shares[k] {
			k++
		}
		return job.Progress(k) / 4
	case Linear:
	}
	i, from := 0, 0.0
	for i < pieces-1 && share >= p.shares[i] {
		from = p.shares[i]
		i++
	}
	done := min(1, (share-from)/(p.shares[i]-from))
	return hundredths((float64(i) + done) / pieces)
}

// hundredths rounds down, as a service that prints whole percents does.
func hundredths(p float64) job.Progress { return job.Progress(math.Floor(p*100) / 100) }

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
