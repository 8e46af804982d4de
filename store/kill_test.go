package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

// killsEnv sets how many processes TestAKillAtAnyMomentLosesNothingSaved kills, 30 by
// default:
//
//	JOBWATCH_KILLS=1000 go test -run AKillAtAnyMoment ./store
const killsEnv = "JOBWATCH_KILLS"

// childEnv makes this test binary a process that is to be killed.
const childEnv = "JOBWATCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if child := os.Getenv(childEnv); child != "" {
		if err := beKilled(child, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child is one process: what it writes, and where. Each has jobs of its own, so that
// what it acknowledged can be checked whatever the others do.
type child struct {
	Path   string
	Number int
	Seed   uint64
}

// ops returns the nth changes that a child makes: pastes, polls' results, forgets,
// undos and names.
func (c child) ops(n int) (ops []Op) {
	rng := rand.New(rand.NewPCG(c.Seed, uint64(n))) //nolint:gosec // n counts from 0
	which := func() int { return 1000*c.Number + rng.IntN(30) }
	for range 1 + rng.IntN(8) {
		switch rng.IntN(8) {
		case 0, 1:
			ops = append(ops, Track{pasted(which(), c.batch())})
		case 2:
			ops = append(ops, Forget{id(which())})
		case 3:
			ops = append(ops, Track{running(which(), c.batch(), 0.5)})
		case 4:
			ops = append(ops, SetBatch{Batch{ID: c.batch(), Name: strconv.Itoa(n)}})
		default:
			ops = append(ops, Observe{running(which(), "", job.Progress(rng.IntN(100))/100)})
		}
	}
	return ops
}

func (c child) batch() BatchID { return BatchID("child " + strconv.Itoa(c.Number)) }

// mine returns what there is of the child's.
func (c child) mine(all Contents) model {
	m := newModel(Contents{})
	for _, j := range all.Jobs {
		if j.Batch == c.batch() {
			m.apply(Track{j})
		}
	}
	for _, b := range all.Batches {
		if b.ID == c.batch() {
			m.apply(SetBatch{b})
		}
	}
	return m
}

// patient is a disk that waits for a lock however long, as two children never rest.
type patient struct{ OSDisk }

func (p patient) Lock(ctx context.Context, name string) (func() error, error) {
	return p.OSDisk.Lock(context.WithoutCancel(ctx), name)
}

// beKilled is the child's life: it makes one change after another, and says which
// ones are saved.
func beKilled(text string, out io.Writer) error {
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	s, _, err := Open(context.Background(), patient{}, c.Path)
	if err != nil {
		return err
	}
	s.CompactFrom(8 << 10) // compact often
	for n := 0; ; n++ {
		if err := s.Append(context.Background(), c.ops(n)...); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, n); err != nil {
			return err
		}
	}
}

// run starts the child, kills it that long after it has saved so many changes, and
// returns how many it said it had.
func (c child) run(ctx context.Context, changes int, later time.Duration) (saved int, err error) {
	text, err := json.Marshal(c)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, os.Args[0]) //nolint:gosec // this test itself
	cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(out)
	for saved <= changes && lines.Scan() {
		saved++
	}
	<-time.After(later) // not when it has just said something: at any moment
	if err := cmd.Process.Kill(); err != nil {
		return 0, err
	}
	for lines.Scan() { // what it said before it died counts
		saved++
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		return 0, fmt.Errorf("the child ended by itself: %w", err)
	}
	return saved, nil
}

// TestAKillAtAnyMomentLosesNothingSaved has two processes at once write one file,
// kills both, and looks, again and again.
func TestAKillAtAnyMomentLosesNothingSaved(t *testing.T) {
	kills := 30
	if text := os.Getenv(killsEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", killsEnv, err)
		}
		kills = n
	}
	path := stateFile(t)
	rng := rand.New(rand.NewPCG(uint64(kills), 0))
	truth := []model{newModel(Contents{}), newModel(Contents{})}
	compactions := 0
	for killed := 0; killed < kills; {
		children, saved := make([]child, len(truth)), make([]int, len(truth))
		var running sync.WaitGroup
		for i := range children {
			children[i] = child{Path: path, Number: i + 1, Seed: rng.Uint64()}
			changes, later := rng.IntN(20), time.Duration(rng.IntN(5000))*time.Microsecond
			running.Go(func() {
				n, err := children[i].run(t.Context(), changes, later)
				if err != nil {
					t.Error(err)
				}
				saved[i] = n
			})
			killed++
		}
		running.Wait()
		s, opened := open(t, path)
		compactions = max(compactions, s.Compactions())
		if opened.Damaged > 0 || len(opened.Warnings) > 0 {
			t.Fatalf("after %d kills there is damage: %d lines, %v", killed, opened.Damaged, opened.Warnings)
		}
		for i, c := range children {
			for n := range saved[i] {
				truth[i].apply(c.ops(n)...)
			}
			found := c.mine(opened.Contents)
			if !truth[i].reaches(found, c.ops(saved[i])) {
				t.Fatalf("after %d kills, %v has %d changes saved but there is\n%v\nand not\n%v",
					killed, c, saved[i], found, truth[i])
			}
			truth[i] = found
		}
	}
	t.Logf("%d kills, %d compactions", kills, compactions)
	if compactions == 0 {
		t.Error("nothing was ever compacted")
	}
}

// reaches reports whether the first few of ops lead to the other model.
func (m *model) reaches(other model, ops []Op) bool {
	for n := range len(ops) + 1 {
		possible := m.clone()
		possible.apply(ops[:n]...)
		if possible.same(other, true) {
			return true
		}
	}
	return false
}
