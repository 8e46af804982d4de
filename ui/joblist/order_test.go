package joblist

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOrderedIsASortedSlice: thousands of entries, so that blocks split, empty
// and merge, against a slice that is sorted.
func TestOrderedIsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var keys []uint64
		o := &ordered{current: func(e entry) bool {
			_, found := slices.BinarySearch(keys, e.key)
			return found
		}}
		fill := func(t *rapid.T) {
			keys = rapid.SliceOfNDistinct(rapid.Uint64Range(0, 5000), 0, 3*blockMax, rapid.ID).Draw(t, "keys")
			entries := make([]entry, len(keys))
			for i, k := range keys {
				entries[i] = someEntry(k)
			}
			o.fill(entries)
			slices.Sort(keys)
		}
		span := func(t *rapid.T) (from, to uint64) {
			from = rapid.Uint64Range(0, 5000).Draw(t, "from")
			return from, from + rapid.Uint64Range(1, 4*blockMax).Draw(t, "length")
		}
		fill(t)
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { checkOrdered(t, o, keys) },
			"insert": func(t *rapid.T) {
				for k, to := span(t); k < to; k++ {
					if i, found := slices.BinarySearch(keys, k); !found {
						keys = slices.Insert(keys, i, k)
						o.insert(someEntry(k))
					}
				}
			},
			"remove": func(t *rapid.T) {
				for k, to := span(t); k < to; k++ {
					if i, found := slices.BinarySearch(keys, k); found {
						keys = slices.Delete(keys, i, i+1)
						o.remove(k)
					}
				}
			},
			"recount": func(t *rapid.T) {
				n := rapid.Uint64Range(1, 5).Draw(t, "n")
				keys = slices.DeleteFunc(keys, func(k uint64) bool { return k%n != 0 })
				o.recount()
			},
			"fill": fill,
		})
	})
}

func TestLongSequencesAreSortedByTheirBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mask := rapid.Uint64().Draw(t, "mask") // which bits differ at all
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		got := make([]entry, rapid.IntRange(1, 5000).Draw(t, "length"))
		for i := range got {
			got[i] = entry{rng.Uint64() & mask, int32(i)}
		}
		want := slices.Clone(got)
		slices.SortStableFunc(want, byKey)
		sortEntries(got)
		for i := range got {
			if got[i].key != want[i].key || len(got) >= 1024 && got[i] != want[i] {
				t.Fatalf("entry %d is %v, want %v", i, got[i], want[i])
			}
		}
	})
}

func someEntry(key uint64) entry { return entry{key, int32(key)} } //nolint:gosec // keys are small here

func checkOrdered(t *rapid.T, o *ordered, keys []uint64) {
	if o.n != len(keys) || len(o.blocks) != len(o.firsts) || len(o.blocks) != len(o.counts) {
		t.Fatalf("%d entries in %d blocks (%d firsts, %d counts), want %d", o.n, len(o.blocks), len(o.firsts), len(o.counts), len(keys))
	}
	for i, b := range o.blocks {
		if len(b.entries) >= blockMax || o.counts[i] == 0 || i > 0 && o.counts[i-1]+o.counts[i] < blockMax/8 {
			t.Fatalf("block %d of %d: %d entries, %d current", i, len(o.blocks), len(b.entries), o.counts[i])
		}
	}
	if rapid.Bool().Draw(t, "unseen") {
		return // nothing is looked at, so nothing is tidied
	}
	from := rapid.IntRange(0, len(keys)).Draw(t, "from")
	var got []uint64
	o.from(from, func(e entry) bool {
		got = append(got, e.key)
		return true
	})
	if !slices.Equal(got, keys[from:]) {
		t.Fatalf("from %d on: %v, want %v", from, got, keys[from:])
	}
	if from < len(keys) && o.at(from).key != keys[from] {
		t.Fatalf("at %d is %d, want %d", from, o.at(from).key, keys[from])
	}
	k := rapid.Uint64Range(0, 6000).Draw(t, "key")
	if want, _ := slices.BinarySearch(keys, k); o.rank(k) != want {
		t.Fatalf("rank of %d is %d, want %d", k, o.rank(k), want)
	}
}
