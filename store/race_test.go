//go:build race

package store_test

// raced is whether the race detector watches, to which 2 GB are 10 s of work.
const raced = true
