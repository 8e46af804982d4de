package sim

import "math"

// Random is SplitMix64 (Steele, Lea, Flood 2014). Its numbers are the same on every
// machine and Go version, which math/rand/v2 does not promise of its helpers.
type Random uint64

// OtherRandom returns a stream of numbers apart from that of [Plans] for the same seed.
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
