//go:build unix

package poller_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/api"
	"example.com/jobwatch/poller/job"
)

// BenchmarkThroughput polls a thousand jobs as fast as it can, beside a bare
// net/http loop that reads the same answers and forgets them:
//
//	go test -run '^$' -bench Throughput -benchtime 100000x ./poller
func BenchmarkThroughput(b *testing.B) {
	_, ids := benchmarkService()
	base := serveElsewhere(b)
	for _, way := range []struct {
		name string
		poll func(ctx context.Context, n int, base string, ids []job.ID, concurrency int) error
	}{{"bare loop", bareLoop}, {"jobwatch", pollerLoop}} {
		for _, concurrency := range []int{8, 64} {
			b.Run(way.name+" "+strconv.Itoa(concurrency), func(b *testing.B) {
				b.ReportAllocs()
				before := cpu()
				if err := way.poll(b.Context(), b.N, base, ids, concurrency); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((cpu()-before)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// serveElsewhere has the API simulated by another process meanwhile.
func serveElsewhere(b *testing.B) (base string) {
	b.Helper()
	server := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this very program
	server.Env = append(os.Environ(), serverVariable+"=1")
	server.Stderr = os.Stderr
	in, errIn := server.StdinPipe()
	out, errOut := server.StdoutPipe()
	if err := errors.Join(errIn, errOut, server.Start()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	base, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(base)
}

// cpu returns the nanoseconds that this process has computed so far.
func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

func bareLoop(_ context.Context, n int, base string, ids []job.ID, concurrency int) error {
	transport := &http.Transport{MaxIdleConnsPerHost: concurrency, MaxConnsPerHost: concurrency}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	poll := func(id job.ID) error {
		resp, err := client.Get(base + "/job/" + id.String() + "/status")
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return errors.Join(err, resp.Body.Close())
	}
	var all sync.WaitGroup
	var polls atomic.Int64
	failed := make(chan error, concurrency)
	for range concurrency {
		all.Go(func() {
			for i := int(polls.Add(1)); i <= n; i = int(polls.Add(1)) {
				if err := poll(ids[i%len(ids)]); err != nil {
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
func pollerLoop(ctx context.Context, n int, base string, ids []job.ID, concurrency int) error {
	client, err := api.New(base, api.Options{Concurrency: concurrency})
	if err != nil {
		return err
	}
	defer client.CloseIdle()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var polls atomic.Int64
	counted := asked(func(ctx context.Context, id job.ID) (job.Answer, error) {
		if int(polls.Add(1)) > n {
			cancel()
		}
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
