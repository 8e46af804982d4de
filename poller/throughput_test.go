package poller_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
)

// serverVariable has the test's binary be the simulated API, in a process of its own.
const serverVariable = "JOBWATCH_BENCHMARK_SERVER"

const benchmarkJobs = 10_000

func TestMain(m *testing.M) {
	if os.Getenv(serverVariable) != "" {
		if err := serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func benchmarkService() (*sim.Server, []job.ID) {
	s := sim.New()
	lives := sim.AllAtOnce(sim.Plans(1, benchmarkJobs))
	for i := range lives {
		lives[i].Work, lives[i].Duration, lives[i].End = time.Hour, time.Hour, time.Hour
	}
	return s, s.Add(sim.Describe(1, lives)...)
}

func serve() error {
	s, _ := benchmarkService()
	base, stop, err := s.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println(base)
	_, err = io.Copy(io.Discard, os.Stdin) // until the benchmark ends
	return err
}

// cost is what a stretch of polling took.
type cost struct {
	polls   int64
	seconds float64
	cpu     float64 // seconds
	bytes   uint64
}

func (c *cost) add(d cost) {
	c.polls += d.polls
	c.seconds += d.seconds
	c.cpu += d.cpu
	c.bytes += d.bytes
}

func (c *cost) String() string {
	n := float64(c.polls)
	return fmt.Sprintf("%7.0f requests/s  %6.1f µs of CPU  %6.0f bytes allocated", n/c.seconds, c.cpu/n*1e6, float64(c.bytes)/n)
}

// measure polls for a while and takes stock of this process.
func measure(polls *atomic.Int64, while func()) cost {
	cpu := func() float64 {
		runtime.GC() // the runtime's estimate is as old as the last one
		s := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}}
		metrics.Read(s)
		return s[0].Value.Float64()
	}
	var before, after runtime.MemStats
	c := cost{cpu: -cpu(), polls: -polls.Load()}
	runtime.ReadMemStats(&before)
	begin := time.Now()
	while()
	c.seconds = time.Since(begin).Seconds()
	runtime.ReadMemStats(&after)
	c.polls += polls.Load()
	c.cpu += cpu()
	c.bytes = after.TotalAlloc - before.TotalAlloc
	return c
}

// BenchmarkThroughput polls ten thousand jobs as fast as it can, beside a bare
// net/http loop that reads the same answers and forgets them:
//
//	go test -run '^$' -bench Throughput -benchtime 1x ./poller
func BenchmarkThroughput(b *testing.B) {
	server := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this very program
	server.Env = append(os.Environ(), serverVariable+"=1")
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := server.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		_ = server.Wait()
	}()
	base, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	base = strings.TrimSpace(base)
	_, ids := benchmarkService()
	for range b.N {
		for _, concurrency := range []int{8, 64} {
			var bare, ours cost
			for range rounds { // by turns, for other processes want the machine too
				bare.add(bareLoop(b, base, ids, concurrency))
				ours.add(pollerLoop(b, base, ids, concurrency))
			}
			fmt.Printf("%d at once\n  bare net/http loop  %v\n  jobwatch            %v\n", concurrency, &bare, &ours)
			fmt.Printf("  shares              %.2f requests/s  %.2f CPU  %.2f bytes\n",
				float64(ours.polls)/ours.seconds/float64(bare.polls)*bare.seconds,
				ours.cpu/float64(ours.polls)/bare.cpu*float64(bare.polls),
				float64(ours.bytes)/float64(ours.polls)/float64(bare.bytes)*float64(bare.polls))
		}
	}
}

const (
	rounds  = 6
	stretch = time.Second / 2
)

func bareLoop(b *testing.B, base string, ids []job.ID, concurrency int) cost {
	b.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency, MaxConnsPerHost: concurrency}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var polls atomic.Int64
	return measure(&polls, func() {
		ctx, cancel := context.WithTimeout(b.Context(), stretch)
		defer cancel()
		var all sync.WaitGroup
		for w := range concurrency {
			all.Go(func() {
				for i := w; ctx.Err() == nil; i += concurrency {
					req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/job/"+ids[i%len(ids)].String()+"/status", http.NoBody)
					if err != nil {
						return
					}
					resp, err := client.Do(req)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					polls.Add(1)
				}
			})
		}
		all.Wait()
	})
}

func pollerLoop(b *testing.B, base string, ids []job.ID, concurrency int) cost {
	b.Helper()
	client, err := api.New(base, api.WithConcurrency(concurrency))
	if err != nil {
		b.Fatal(err)
	}
	defer client.CloseIdle()
	var polls atomic.Int64
	counted := asked(func(ctx context.Context, id job.ID) (job.Answer, error) {
		polls.Add(1)
		return client.Status(ctx, id)
	})
	p := poller.New(counted, poller.WithRate(math.Inf(1)), poller.WithConcurrency(concurrency))
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}()
	p.Track(asNew(ids)...)
	return measure(&polls, func() {
		end := time.After(stretch)
		p.PollNow(ids...)
		wanted := polls.Load() + int64(len(ids))/2
		for {
			select {
			case <-p.Updates():
				if polls.Load() >= wanted { // never let the queue run empty
					p.PollNow(ids...)
					wanted = polls.Load() + int64(len(ids))/2
				}
			case <-end:
				return
			}
		}
	})
}
