//go:build unix

package poller_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
)

const (
	turns   = 40 // of each way to poll: other processes want the machine too, and come and go
	warm    = 2000
	stretch = time.Second / 10
)

// BenchmarkThroughput polls ten thousand jobs as fast as it can, beside a bare
// net/http loop that reads the same answers and forgets them:
//
//	go test -run '^$' -bench Throughput -benchtime 1x ./poller
func BenchmarkThroughput(b *testing.B) {
	_, ids := benchmarkService()
	for range b.N {
		for _, concurrency := range []int{8, 64} {
			var bare, ours cost
			var shares []float64 // of the requests/s, each of two turns side by side
			withServer(b, func(base string) {
				for range turns {
					bareTurn := measure(b, func(ctx context.Context, polls *atomic.Int64) error {
						return bareLoop(ctx, base, ids, concurrency, polls)
					})
					ourTurn := measure(b, func(ctx context.Context, polls *atomic.Int64) error {
						return pollerLoop(ctx, base, ids, concurrency, polls)
					})
					bare.add(bareTurn)
					ours.add(ourTurn)
					shares = append(shares, ourTurn.rate()/bareTurn.rate())
				}
			})
			slices.Sort(shares)
			fmt.Printf("%d at once\n  bare net/http loop  %v\n  jobwatch            %v\n", concurrency, &bare, &ours)
			fmt.Printf("  shares              %.2f requests/s (the middle one of %d)  %.2f CPU  %.2f bytes\n",
				shares[len(shares)/2], turns, ours.cpu/ours.polls/(bare.cpu/bare.polls), ours.bytes/ours.polls/(bare.bytes/bare.polls))
		}
	}
}

// withServer has the API simulated in another process meanwhile.
func withServer(b *testing.B, do func(base string)) {
	b.Helper()
	server := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this very program
	server.Env = append(os.Environ(), serverVariable+"=1")
	server.Stderr = os.Stderr
	in, errIn := server.StdinPipe()
	out, errOut := server.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	base, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		do(strings.TrimSpace(base))
	} else {
		b.Error(err)
	}
	_ = in.Close()
	_ = server.Wait()
}

// cost is what some polls took.
type cost struct{ polls, seconds, cpu, bytes float64 }

func (c *cost) add(d cost) {
	c.polls += d.polls
	c.seconds += d.seconds
	c.cpu += d.cpu
	c.bytes += d.bytes
}

func (c *cost) rate() float64 { return c.polls / c.seconds }

func (c *cost) String() string {
	return fmt.Sprintf("%7.0f requests/s  %6.1f µs of CPU  %6.0f bytes allocated", c.rate(), c.cpu/c.polls*1e6, c.bytes/c.polls)
}

// stock is what this process has taken so far. Less an earlier one it's a cost.
func stock(polls *atomic.Int64) cost {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return cost{
		polls:   float64(polls.Load()),
		seconds: float64(time.Now().UnixNano()) / 1e9,
		cpu:     float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9,
		bytes:   float64(m.TotalAlloc),
	}
}

// measure has polls made until their connections and buffers are there, and then
// looks what a stretch of them takes.
func measure(b *testing.B, loop func(ctx context.Context, polls *atomic.Int64) error) cost {
	b.Helper()
	runtime.GC() // what was before leaves no work behind
	var polls atomic.Int64
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop(ctx, &polls) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	for polls.Load() < warm {
		<-time.After(time.Millisecond)
	}
	before := stock(&polls)
	<-time.After(stretch)
	c := stock(&polls)
	c.add(cost{-before.polls, -before.seconds, -before.cpu, -before.bytes})
	return c
}

func bareLoop(ctx context.Context, base string, ids []job.ID, concurrency int, polls *atomic.Int64) error {
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency, MaxConnsPerHost: concurrency}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	poll := func(id job.ID) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/job/"+id.String()+"/status", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		polls.Add(1)
		_, err = io.Copy(io.Discard, resp.Body)
		return errors.Join(err, resp.Body.Close())
	}
	var all sync.WaitGroup
	failed := make(chan error, concurrency)
	for w := range concurrency {
		all.Go(func() {
			for i := w; ctx.Err() == nil; i += concurrency {
				if err := poll(ids[i%len(ids)]); err != nil && ctx.Err() == nil {
					failed <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(failed)
	return <-failed
}

// pollerLoop asks for each job again as soon as there's a report of it.
func pollerLoop(ctx context.Context, base string, ids []job.ID, concurrency int, polls *atomic.Int64) error {
	client, err := api.New(base, api.Options{Concurrency: concurrency})
	if err != nil {
		return err
	}
	defer client.CloseIdle()
	counted := asked(func(ctx context.Context, id job.ID) (job.Answer, error) {
		polls.Add(1)
		return client.Status(ctx, id)
	})
	p := poller.New(counted, poller.Options{Rate: math.Inf(1), Concurrency: concurrency})
	p.Track(asNew(ids)...)
	p.PollNow(ids...)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	for u := range p.Updates() {
		told := make([]job.ID, len(u.Reports))
		for i := range u.Reports {
			told[i] = u.Reports[i].ID
		}
		p.PollNow(told...)
	}
	return <-ended
}
