//go:build unix

package api

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime/metrics"
	"strings"
	"syscall"
	"testing"
	"time"
)

// otherProcess starts a simulated API in another process.
func otherProcess(b *testing.B) (base, id string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // G204: it is this very test binary
	cmd.Env = append(os.Environ(), serveVariable+"=1")
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		b.Fatal(errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	base, id, _ = strings.Cut(strings.TrimSpace(line), " ")
	return base, id
}

// BenchmarkPoll compares polls with what a bare net/http loop pays for GETs whose
// answers it doesn't even look at. It prints CPU and bytes of a poll, and how many
// times the loop's they are.
//
//	go test ./poller/api -run '^$' -bench Poll
func BenchmarkPoll(b *testing.B) {
	base, text := otherProcess(b)
	id := parseID(b, text)
	url := base + "/job/" + text + "/status"
	loop := &http.Client{Timeout: DefaultTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: DefaultConcurrency}}
	b.Cleanup(loop.CloseIdleConnections)
	bare := func() error {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		resp, err := loop.Do(req)
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	c := newClient(b, base)
	poll := func() error {
		_, err := c.Status(b.Context(), id)
		return err
	}
	spend(b, bare) // to connect, and to fill what is pooled
	spend(b, poll)

	// In turns, so that what else the machine does falls on both.
	var loopSpent, pollSpent spent
	n := 0
	for b.Loop() {
		loopSpent.add(spend(b, bare))
		pollSpent.add(spend(b, poll))
		n += turn
	}
	b.ReportMetric(0, "ns/op") // of two different things
	b.ReportMetric(pollSpent.cpu.Seconds()*1e6/float64(n), "cpu-µs/poll")
	b.ReportMetric(pollSpent.cpu.Seconds()/loopSpent.cpu.Seconds(), "x-cpu")
	b.ReportMetric(float64(pollSpent.bytes)/float64(n), "B/poll")
	b.ReportMetric(float64(pollSpent.bytes)/float64(loopSpent.bytes), "x-B")
}

// spent is what some requests cost this process.
type spent struct {
	cpu   time.Duration
	bytes uint64
}

func (s *spent) add(t spent) {
	s.cpu += t.cpu
	s.bytes += t.bytes
}

// turn is how many requests are measured at a time.
const turn = 200

func spend(b *testing.B, do func() error) spent {
	b.Helper()
	cpu, bytes := processCPU(b), allocated()
	for range turn {
		if err := do(); err != nil {
			b.Fatal(err)
		}
	}
	return spent{processCPU(b) - cpu, allocated() - bytes}
}

func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// allocated is how many bytes this process has allocated so far.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
