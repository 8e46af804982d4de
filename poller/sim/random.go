package sim

import "math"

// splitMix is SplitMix64 (Steele, Lea, Flood 2014): tiny, and the same on every
// machine and Go version, which math/rand/v2 does not promise of its helpers.
type splitMix uint64

func (r *splitMix) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	x := uint64(*r)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// u is uniform in [0, 1).
func (r *splitMix) u() float64 { return float64(r.next()>>11) * 0x1p-53 }

// norm is a standard normal number, by Box and Muller; it takes two draws.
func (r *splitMix) norm() float64 {
	u1, u2 := r.u(), r.u()
	return math.Sqrt(-2*math.Log(1-u1)) * math.Cos(2*math.Pi*u2)
}

// exp is exponential with mean 1.
func (r *splitMix) exp() float64 { return -math.Log(1 - r.u()) }

// intn is uniform in [0, n), but for a bias of n/2^64.
func (r *splitMix) intn(n int) int { return int(r.u() * float64(n)) }
