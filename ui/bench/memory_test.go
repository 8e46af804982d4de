//go:build linux

package bench

import (
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
)

// BenchmarkMemory is the memory of the whole program (RSS) with 100,000 jobs and their
// history: at most, which is while the state file is read; once it is loaded; and after
// half a minute in which 500 answers a second came, about half of what lives. Goal:
// 200 MB.
//
//	go test ./ui/bench -run '^$' -bench Memory -benchtime 1x
func BenchmarkMemory(b *testing.B) {
	server, base := simulated(b)
	lives := sim.Lives(1, 51_000)
	for i := range lives {
		lives[i].Work, lives[i].Duration = time.Hour, time.Hour
		lives[i].Start, lives[i].End = 0, time.Hour
	}
	state := crowd(b, 100_000, 0.5, server.Add(sim.Describe(1, lives)...)...)
	for b.Loop() {
		tm := open(b, program(b, "--api", base, "--rate", "500", "--state", state))
		tm.shows(func(screen string) bool { return strings.Contains(screen, "100000 jobs") })
		pid := tm.cmd.Process.Pid
		<-time.After(5 * time.Second)
		b.ReportMetric(memory(b, pid, "VmRSS"), "MB-loaded")
		<-time.After(30 * time.Second)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(memory(b, pid, "VmRSS"), "MB-later")
		b.ReportMetric(memory(b, pid, "VmHWM"), "MB-most")
		tm.quit()
	}
}
