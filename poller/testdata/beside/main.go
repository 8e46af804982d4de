//go:build unix

// Command beside compares jobwatch with what people would use instead, on the same
// simulated jobs. See the script run beside it, which builds all that it needs.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"example.com/jobwatch/poller/job"
)

// limit is when a tool that hangs is ended.
const limit = 10 * time.Minute

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		err = serve()
	} else {
		err = compare()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "beside:", err)
		os.Exit(1)
	}
}

// contender is one of the tools; its command is to print a line with the ID and the
// last status of each job of standard input, the moment that it learns of it.
type contender struct {
	name    string
	command func(base string) []string
}

func compare() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir := filepath.Dir(self)
	at := func(name string) string { return filepath.Join(dir, name) }
	contenders := []contender{
		{"jobwatch --json", func(base string) []string {
			return []string{at("jobwatch"), "--json", "--api", base, "--rate", rate, "--state", at("jobs.jsonl"), "-"}
		}},
		{"curl \\| jq, xargs -P 8", func(base string) []string { return []string{at("loop"), base} }},
		{"fixed 3 s poller", func(base string) []string { return []string{at("fixed"), base} }},
		{"the same, spread out", func(base string) []string { return []string{at("fixed"), base, "spread"} }},
	}
	if len(os.Args) > 1 { // only those, to look at one more closely
		contenders = slices.DeleteFunc(contenders, func(c contender) bool { return !slices.Contains(os.Args[1:], c.name) })
	}
	fmt.Printf("%d jobs of seed %d that start after waits of their own and end within %v,\n", jobs, seed, longest)
	fmt.Printf("up to 8 requests at a time, jobwatch at most %s a second: as many as a fixed 3 s makes.\n", rate)
	fmt.Print("Delays are from a job's true end to the line that tells of it, children count in CPU and\nmemory, and \"in a second\" is the most requests within any one.\n\n")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	_, _ = fmt.Fprintln(w, "| \t| mean delay\t| p95\t| requests\t| in a second\t| CPU\t| peak memory\t| connections\t|")
	_, _ = fmt.Fprintln(w, "| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t| ---\t|")
	for _, c := range contenders {
		o, err := try(self, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		_, _ = fmt.Fprintf(w, "| %s\t| %.2f s\t| %.2f s\t| %d\t| %d\t| %.2f s\t| %.1f MiB\t| %d\t|\n",
			c.name, mean(o.delays), o.delays[len(o.delays)*95/100], o.Requests, o.PeakSecond, o.cpu.Seconds(), float64(o.memory)/(1<<20), o.Connections)
	}
	return w.Flush()
}

// outcome is how a tool did.
type outcome struct {
	counts
	spent

	delays []float64 // seconds, sorted
}

// try runs a tool on a server of its own.
func try(self string, c contender) (*outcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s, err := startServer(ctx, self)
	if err != nil {
		return nil, err
	}
	defer s.stop() //nolint:errcheck // if this one matters, it's the second time
	told := make(map[job.ID]time.Time)
	spent, err := run(ctx, c.command(s.base), s.ids, func(id job.ID) {
		if told[id].IsZero() {
			told[id] = time.Now()
		}
	})
	if err != nil {
		return nil, err
	}
	o := &outcome{spent: spent}
	for id, end := range s.ends {
		at, ok := told[id]
		if !ok {
			return nil, fmt.Errorf("it told of %d of %d jobs only", len(told), len(s.ends))
		}
		o.delays = append(o.delays, at.Sub(end).Seconds())
	}
	slices.Sort(o.delays)
	o.counts, err = s.stop()
	return o, err
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}
