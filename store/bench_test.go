//go:build !windows

package store_test

import (
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	. "example.com/jobwatch/store"

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
func compacted(tb testing.TB, n int) string {
	tb.Helper()
	ops := make([]Op, 0, 2*n)
	for first := 0; first < n; first += 100 {
		batch := BatchID(strconv.Itoa(first / 100))
		ops = append(ops, SetBatch{Batch{ID: batch, Name: "Batch " + string(batch), Added: at(first)}})
		for i := first; i < first+100; i++ {
			ops = append(ops, Track{pasted(i, batch)})
		}
		for i := first; i < first+100; i++ {
			j := running(i, batch, 1)
			j.Answer.Status, j.End, j.Ended = job.Done, job.EndedDone, at(i+40)
			j.History = append(j.History, Change{j.Ended, job.Done})
			ops = append(ops, Observe{j})
		}
	}
	return fileOf(tb, ops...)
}

// BenchmarkReplay reads a compacted file. Goal: 100,000 jobs in 300 ms.
func BenchmarkReplay(b *testing.B) {
	for _, jobs := range []int{100, 1000, 100_000} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			path := stateFile(b)
			file := compacted(b, jobs)
			write(b, path, file)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			used := cpu()
			for b.Loop() {
				_, opened, err := Open(b.Context(), noSync{}, path)
				if err != nil || opened.Damaged != 0 || len(opened.Contents.Jobs) != jobs {
					b.Fatal(len(opened.Contents.Jobs), opened.Damaged, err)
				}
			}
			b.ReportMetric(float64((cpu()-used).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
		})
	}
}

// BenchmarkAppend records status changes, each with its share of lock, write and
// compaction, but for the fsync: one at a time, and 100 as they gather in a second.
// Goal: 6 µs a change, however many jobs there are.
func BenchmarkAppend(b *testing.B) {
	for _, jobs := range []int{100, 100_000} {
		for _, together := range []int{1, 100} {
			b.Run(fmt.Sprintf("jobs=%d/together=%d", jobs, together), func(b *testing.B) {
				path := stateFile(b)
				write(b, path, compacted(b, jobs))
				s, _ := open(b, path, noSync{})
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
