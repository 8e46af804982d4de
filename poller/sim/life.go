package sim

import (
	"math"
	"slices"
	"time"

	"example.com/jobwatch/poller/job"
)

// Random is SplitMix64 (Steele, Lea, Flood 2014): the same numbers in every version of Go.
type Random uint64

// OtherRandom returns a stream of numbers apart from that of [Lives] for the same seed.
func OtherRandom(seed uint64) Random { return Random(seed ^ 0x5ca1ab1e) }

// Uint64 returns a uniform number.
func (r *Random) Uint64() uint64 {
	*r += 0x9e3779b97f4a7c15
	x := uint64(*r)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Float64 returns a uniform number in [0, 1).
func (r *Random) Float64() float64 { return float64(r.Uint64()>>11) * 0x1p-53 }

// Norm returns a standard normal number, by Box and Muller; it takes two draws.
func (r *Random) Norm() float64 {
	u1, u2 := r.Float64(), r.Float64()
	return math.Sqrt(-2*math.Log(1-u1)) * math.Cos(2*math.Pi*u2)
}

// Exp returns an exponential number with mean 1.
func (r *Random) Exp() float64 { return -math.Log(1 - r.Float64()) }

// IntN returns a uniform number in [0, n).
func (r *Random) IntN(n int) int { return int(r.Float64() * float64(n)) }

// Type is how a job reports its progress.
type Type uint8

// The types of progress.
const (
	Linear  Type = iota // steady but for noise, in hundredths
	Stepped             // in quarters
	Silent              // none at all
	Stalled             // steady at first, then unchanged until the end
)

// Life is one job's life, known in advance. Its times count from when the job is added.
type Life struct {
	Type      Type
	Fail      bool          // it ends with Error, not Done
	Work      time.Duration // how long the job takes when nothing goes wrong, 1 s to 20 min
	Duration  time.Duration // how long it runs: Work, or less when it fails
	Wait      float64       // an exponential number with mean 1, for workloads that use it
	Submitted time.Duration // not found before
	Start     time.Duration // Not Started before
	End       time.Duration // Done or Error from then on
	Pause     Pause

	shares  [8]float64 // of Work, at which each piece of the progress ends, for Linear and Stepped
	level   float64    // where a Stalled job stops
	levelAt float64    // the share of Work at which it gets there
}

// Pause is a time in which the whole service stands still. The zero Pause is none.
type Pause struct{ From, Until time.Duration }

// Lives draws n lives that start at once. Figures are measured on them: a seed's never change.
func Lives(seed uint64, n int) []Life {
	r := Random(seed)
	lives := make([]Life, n)
	for i := range lives {
		lives[i] = draw(&r)
	}
	return lives
}

func draw(r *Random) Life {
	work := min(max(15*math.Exp(1.4*r.Norm()), 1), 1200)
	l := Life{Work: seconds(work)}
	kind := r.Float64()
	for _, share := range [...]float64{0.40, 0.60, 0.85} {
		if kind >= share {
			l.Type++
		}
	}
	for i := range l.shares {
		l.shares[i] = math.Exp(0.4 * r.Norm())
	}
	for i := range l.pieces() - 1 {
		l.shares[i+1] += l.shares[i]
	}
	sum := l.shares[l.pieces()-1]
	for i := range l.pieces() {
		l.shares[i] /= sum
	}
	l.level = 0.5 + 0.45*r.Float64()
	l.levelAt = 0.2 + 0.4*r.Float64()
	l.Fail = r.Float64() < 0.03
	failsAt := r.Float64()
	l.Wait = r.Exp()
	l.Duration = l.Work
	if l.Fail {
		l.Duration = seconds(max(1, work*failsAt))
	}
	l.End = l.Duration
	return l
}

// pieces returns how many pieces of uneven length the progress is made of.
func (l *Life) pieces() int {
	if l.Type == Stepped {
		return 4
	}
	return len(l.shares)
}

// Stretch gives the job another length. It fails at the same share of it.
func (l *Life) Stretch(work time.Duration) {
	l.Duration = time.Duration(float64(l.Duration) / float64(l.Work) * float64(work))
	l.Work = work
	l.StartAt(l.Start)
}

// StartAt moves the start, past a pause, and the end.
func (l *Life) StartAt(t time.Duration) {
	if t >= l.Pause.From && t < l.Pause.Until {
		t = l.Pause.Until
	}
	l.Start, l.End = t, t+l.Duration
	if t < l.Pause.Until && l.End > l.Pause.From {
		l.End += l.Pause.Until - max(l.Pause.From, t)
	}
}

// Queue starts the submitted lives, in an order, when one of the workers is free.
func Queue(lives []Life, order []int, workers int) {
	free := make([]time.Duration, workers) // when each worker is free again, sorted
	for _, i := range order {
		lives[i].StartAt(max(free[0], lives[i].Submitted))
		free[0] = lives[i].End
		slices.Sort(free)
	}
}

// At returns what the API says of the job at a time, if it was submitted by then.
func (l *Life) At(t time.Duration) (job.Status, job.Progress) {
	ran := l.Duration
	if t < l.End {
		ran = t - l.Start - max(0, min(l.Pause.Until, t)-max(l.Pause.From, l.Start))
	}
	switch {
	case ran < 0:
		return job.NotStarted, l.progress(0)
	case ran < l.Duration:
		return job.Processing, l.progress(ran)
	case l.Fail:
		return job.Error, l.progress(l.Duration)
	}
	return job.Done, 1
}

// progress returns the progress of a job that has run for so long.
func (l *Life) progress(ran time.Duration) job.Progress {
	share := float64(ran) / float64(l.Work)
	switch l.Type {
	case Silent:
		return job.Unknown
	case Stalled:
		return hundredths(l.level * min(1, share/l.levelAt))
	case Linear, Stepped:
	}
	i, from := 0, 0.0
	for i < l.pieces()-1 && share >= l.shares[i] {
		from = l.shares[i]
		i++
	}
	if l.Type == Stepped {
		return job.Progress(i) / 4
	}
	done := min(1, (share-from)/(l.shares[i]-from))
	return hundredths((float64(i) + done) / float64(l.pieces()))
}

// hundredths rounds down, as a service that prints whole percents does.
func hundredths(p float64) job.Progress { return job.Progress(math.Floor(p*100) / 100) }

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
