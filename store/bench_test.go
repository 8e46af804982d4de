//go:build !windows

package store

import (
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller/job"
)

// cpu is the processor time that this process has used. It tells more than the
// clock does on a machine that others work on.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compacted is a state file of n finished jobs in batches of 100.
func compacted(tb testing.TB, n int) []byte {
	tb.Helper()
	b := header{version: 1, id: newID()}.encode()
	for first := 0; first < n; first += 100 {
		batch := BatchID(strconv.Itoa(first / 100))
		b = appendOp(b, SetBatch{Batch{ID: batch, Name: "Batch " + string(batch), Added: at(first)}}, true)
		for i := first; i < first+100; i++ {
			b = appendOp(b, Track{pasted(i, batch)}, true)
		}
		for i := first; i < first+100; i++ {
			j := running(i, batch, 1)
			j.Answer.Status, j.End, j.Ended = job.Done, job.EndedDone, at(i+40)
			j.History = append(j.History, Change{j.Ended, job.Done})
			b = appendOp(b, Observe{j}, true)
		}
	}
	return b
}

// BenchmarkReplay reads a compacted file of 100,000 jobs. Goal: 300 MB/s, or the
// whole in 300 ms.
func BenchmarkReplay(b *testing.B) {
	path := stateFile(b)
	file := compacted(b, 100_000)
	write(b, path, string(file))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	used := cpu()
	for b.Loop() {
		_, opened, err := Open(b.Context(), path, OnDisk(noSync{}))
		if err != nil || opened.Damaged != 0 || len(opened.Contents.Jobs) != 100_000 {
			b.Fatal(len(opened.Contents.Jobs), opened.Damaged, err)
		}
	}
	b.ReportMetric(float64((cpu()-used).Milliseconds())/float64(b.N), "cpu-ms/op")
}

// BenchmarkAppend records status changes, each with its share of lock, write and
// compaction, but for the fsync: one at a time, and 100 as they gather in a second.
// Goal: 5 µs a change, however many jobs there are.
func BenchmarkAppend(b *testing.B) {
	for _, jobs := range []int{100, 100_000} {
		for _, together := range []int{1, 100} {
			b.Run(fmt.Sprintf("jobs=%d/together=%d", jobs, together), func(b *testing.B) {
				path := stateFile(b)
				write(b, path, string(compacted(b, jobs)))
				s, _ := open(b, path, OnDisk(noSync{}))
				ops := make([]Op, 1000*together)
				for i := range ops {
					ops[i] = Observe{running(i%jobs, "", job.Progress(i%100)/100)}
				}
				n := 0
				b.ReportAllocs()
				used := cpu()
				for b.Loop() {
					from := n % len(ops)
					if err := s.Append(b.Context(), ops[from:from+together]...); err != nil {
						b.Fatal(err)
					}
					n += together
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/change")
				b.ReportMetric(float64(cpu()-used)/float64(n), "cpu-ns/change")
			})
		}
	}
}
