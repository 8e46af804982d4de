package ui

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/ui/joblist"
)

// fault is one way for the network or the service to go wrong, and what somebody
// at the dashboard sees of it.
type fault struct {
	name   string
	strike mishap
	header string // the connection's state; "" for answers that are taken as they are
	told   string // why the last poll failed, in the job's details, or what they show all the same
}

// mishap has a fault strike. It returns what mends it.
type mishap func(*harness) (mend func())

// course is what goes wrong over a longer time, and what somebody sees of it.
type course struct {
	name  string
	seen  string // on the screen, in the end
	holds string // what the story counts besides, in words
	story func(d *harness, seen string)
}

// Six jobs are watched; then everything goes wrong in one way, is told, and is
// mended. Afterwards each job is followed to its end. What takes longer has a story of
// its own. FAULTS.md is the table of it all, as it was seen here.
func TestEveryFaultIsToldAndSurvived(t *testing.T) {
	var table strings.Builder
	table.WriteString("# What somebody sees when the network or the service goes wrong\n\n" +
		"As faults_test.go saw it on the screen; `go test ./ui -run EveryFault -update` writes it anew. Meanwhile every\n" +
		"job keeps its last known status, marked `stale` where it may be old; afterwards each was followed to its end.\n\n" +
		"| What goes wrong | The header says | The job's details say |\n| --- | --- | --- |\n")
	t.Run("API", func(t *testing.T) {
		for _, f := range slices.Concat(silences(), refusals(), answers()) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				withHarness(t, func(d *harness) { d.through(&f) })
			})
			fmt.Fprintf(&table, "| %s | %s | %s |\n", f.name, cmp.Or(f.header, "live: it is taken as it is"), f.told)
		}
	})
	table.WriteString("\n| What goes wrong with a PDF | The header says | In the end its row says |\n| --- | --- | --- |\n")
	t.Run("PDF", func(t *testing.T) {
		for _, f := range losses() {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				withHarness(t, func(d *harness) { d.without(&f) })
			})
			fmt.Fprintf(&table, "| %s | %s | %s |\n", f.name, f.header, f.told)
		}
	})
	table.WriteString("\n| What takes longer | In the end the screen says | And |\n| --- | --- | --- |\n")
	t.Run("over time", func(t *testing.T) {
		for _, c := range courses() {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				withHarness(t, func(d *harness) { c.story(d, c.seen) })
			})
			fmt.Fprintf(&table, "| %s | %s | %s |\n", c.name, c.seen, c.holds)
		}
	})
	if t.Failed() {
		return
	}
	const file = "FAULTS.md"
	if *update {
		if err := os.WriteFile(file, []byte(table.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != table.String() {
		t.Errorf("%s does not tell the faults as they are here: -update it (%v)", file, err)
	}
}

// through is the story of one fault.
func (d *harness) through(f *fault) {
	d.Helper()
	d.add(6, silent(2*time.Minute))
	d.press("down")
	d.wait(3*time.Second).sees("live", "6 running")
	mend := f.strike(d)
	d.wait(time.Minute)
	if f.header == "" {
		d.sees("live", f.told)
		d.seesNot("stale", "Last check failed")
	} else {
		d.sees(f.header, "◐ Processing", "stale")
		d.isTold(f.told)
	}
	mend()
	d.unseen()
	for range 4000 { // seconds: a pause may last an hour
		if d.wait(time.Second); d.model.list.Counts().By[joblist.Done] == 6 {
			break
		}
	}
	d.seen().sees("6 done")
}

// without is the story of one fault of a PDF. Another job is polled all the while.
func (d *harness) without(f *fault) {
	d.Helper()
	d.send(tea.WindowSizeMsg{Width: 300, Height: 40})
	d.add(2, func(i int, j *sim.Job) {
		j.Description = "Report"
		steady(j, []time.Duration{2 * time.Second, time.Hour}[i])
	})
	d.waitFor("1 done")
	mend := f.strike(d)
	d.press("g", "d")
	d.wait(3 * time.Second).sees(f.header)
	d.wait(time.Minute).sees("PDF " + f.told)
	mend()
	d.press("d")
	d.waitFor("PDF Report.pdf").sees("live")
}

// answering has the API answer in ways.
func answering(f ...simtest.Fault) mishap {
	return func(d *harness) func() {
		d.api.Break(f...)
		return d.api.Mend
	}
}

// dialling has connections made in a way, from now on.
func dialling(dial func(ctx context.Context, network, addr string) (net.Conn, error)) mishap {
	return func(d *harness) func() {
		d.broken.Store(&dial)
		d.transport.CloseIdleConnections()
		return func() { d.broken.Store(nil) }
	}
}

// goingTo has jobwatch started with another way to the API, and in the end again with
// the good one.
func goingTo(base string, change func(*http.Transport)) mishap {
	return func(d *harness) func() {
		good, url := d.transport, d.base
		d.leave()
		d.transport, d.base = &http.Transport{}, base
		change(d.transport)
		d.start()
		return func() {
			d.leave()
			d.transport.CloseIdleConnections()
			d.transport, d.base = good, url
			d.start()
		}
	}
}

// isTold wants the details of one of the jobs to say why its last poll failed: with
// the whole host in trouble, only few are tried.
func (d *harness) isTold(why string) {
	d.Helper()
	d.press("g")
	var said []string
	for range 6 {
		d.press("down")
		_, details, _ := strings.Cut(d.details(), "Last check failed")
		if strings.Contains(details, why) {
			return
		}
		said = append(said, details)
	}
	d.Errorf("no job's details say %q, but %q", why, said)
}

// details are the detail pane's text, on one line.
func (d *harness) details() string {
	var words []string
	for line := range strings.Lines(d.screen()) {
		if _, right, ok := strings.Cut(line, "│"); ok {
			words = append(words, strings.Fields(strings.Trim(right, "┃\n"))...)
		}
	}
	return strings.Join(words, " ")
}
