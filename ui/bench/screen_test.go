//go:build linux

package bench

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
)

// BenchmarkFirstFrame is the time from the program's start until its first full
// frame stands on a terminal of 200x60, and from a key then to its answer; beside it
// the time that `jobwatch --version` takes, the fastest of all first frames, and the
// processor time until the frame stands, which is what counts on a machine that others
// work on. Goals: 40 ms with 100 jobs, 400 ms with 100,000.
//
//	go test ./ui/bench -run '^$' -bench FirstFrame -benchtime 11x
func BenchmarkFirstFrame(b *testing.B) {
	for _, jobs := range []int{100, 100_000} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			state := crowd(b, jobs, 0.5)
			var frame, key, version, cpu []time.Duration
			for b.Loop() {
				start := time.Now()
				if err := program(b, "--version").Run(); err != nil {
					b.Fatal(err)
				}
				version = append(version, time.Since(start))

				tm := open(b, program(b, "--api", nowhere, "--rate", "1", "--state", state))
				frame = append(frame, tm.shows(func(screen string) bool {
					rows := strings.Count(screen, "Done ") + strings.Count(screen, "Not Started ") + strings.Count(screen, "Processing ")
					return rows > 50 && strings.Contains(screen, fmt.Sprint(jobs, " jobs")) && strings.Contains(screen, "? help")
				}))
				cpu = append(cpu, cpuTime(b, tm.cmd.Process.Pid))
				n := len(tm.chunks(0))
				pressed := time.Since(tm.started)
				tm.press("j")
				for len(tm.chunks(n)) == 0 {
					<-tm.more
				}
				key = append(key, tm.chunks(n)[0].at-pressed)
				tm.quit()
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(frame).Seconds()*1e3, "ms/first-frame")
			b.ReportMetric(slices.Min(frame).Seconds()*1e3, "ms/fastest")
			b.ReportMetric(median(cpu).Seconds()*1e3, "ms-cpu")
			b.ReportMetric(median(key).Seconds()*1e3, "ms/key")
			b.ReportMetric(median(version).Seconds()*1e3, "ms/--version")
		})
	}
}

// span is how long each state is watched.
const span = 20 * time.Second

// BenchmarkIdle is what a dashboard costs on which nothing happens. Goals: 0.3 % of a
// core, and no bytes but the clocks'.
//
//	go test ./ui/bench -run '^$' -bench 'Idle|Progressing' -benchtime 1x
func BenchmarkIdle(b *testing.B) {
	state := crowd(b, 50, 0)
	for b.Loop() {
		tm := open(b, program(b, "--api", nowhere, "--state", state))
		tm.shows(func(screen string) bool { return strings.Contains(screen, "50 done") })
		tm.watch(span)
	}
}

// BenchmarkProgressing is what it costs to show 50 rows that all progress. Goals: 4
// KB/s to the terminal and 2 % of a core.
func BenchmarkProgressing(b *testing.B) {
	for _, lasting := range []time.Duration{time.Minute, 5 * time.Minute} {
		b.Run(fmt.Sprintf("jobs of %v", lasting), func(b *testing.B) {
			server, base := simulated(b)
			for b.Loop() {
				lives := sim.Lives(1, 50)
				for i := range lives {
					lives[i].Type, lives[i].Fail = sim.Linear, false
					lives[i].Work, lives[i].Duration = lasting, lasting
					lives[i].Start, lives[i].End = 0, lasting
				}
				args := []string{"--api", base}
				for _, id := range server.Add(sim.Describe(1, lives)...) {
					args = append(args, id.String())
				}
				tm := open(b, program(b, args...))
				tm.shows(func(screen string) bool { return strings.Count(screen, "Processing") >= 50 })
				tm.watch(span)
			}
		})
	}
}

// watch reports what the program uses from a while after now on, and ends it.
func (tm *terminal) watch(span time.Duration) {
	tm.Helper()
	<-time.After(5 * time.Second) // what the start leads to
	before := tm.spent()
	<-time.After(span)
	after := tm.spent()
	seconds := after.at.Sub(before.at).Seconds()
	tm.ReportMetric(0, "ns/op")
	tm.ReportMetric(float64(after.sent-before.sent)/seconds, "B/s")
	tm.ReportMetric(float64(after.write-before.write)/seconds, "frames/s")
	tm.ReportMetric(100*(after.cpu-before.cpu).Seconds()/seconds, "%core")
	tm.ReportMetric(memory(tm.B, tm.cmd.Process.Pid, "VmRSS"), "MB-RSS")
	tm.quit()
}
