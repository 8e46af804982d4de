package ui

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The demo's header says within 5 seconds when all will be ready, and is right within a
// factor of 2 at 80 % of all moments. That is over 12 seeds, the first of which are among the
// hard ones:
//
//	JOBWATCH_SEEDS=12 go test ./ui -run DemoSays -v
func TestTheDemoSaysWhenItWillBeReady(t *testing.T) {
	seeds, least := uint64(3), 0.7
	if text := os.Getenv("JOBWATCH_SEEDS"); text != "" {
		if _, err := fmt.Sscan(text, &seeds); err != nil {
			t.Fatal(err)
		}
		least = 0.8
	}
	figure := regexp.MustCompile(`~(\d+[sm]), \d\d:\d\d `)
	moments, right, changes := 0, 0, 0
	for seed := range seeds {
		withHarness(t, func(d *harness) {
			d.demoOf(seed + 1)
			var end time.Duration
			for _, j := range d.model.Records() {
				known, _, _ := d.api.Find(j.ID)
				end = max(end, known.Life.End)
			}
			before := ""
			for at := 5 * time.Second; at < end; at += time.Second {
				d.wait(time.Second)
				if at == 5*time.Second {
					d.wait(4 * time.Second)
				}
				header, _, _ := strings.Cut(d.screen(), "\n")
				found := figure.FindStringSubmatch(header)
				if found == nil {
					d.Fatalf("seed %d says nothing after %v: %s", seed+1, at, header)
				}
				says, err := time.ParseDuration(found[1])
				if err != nil {
					d.Fatal(err)
				}
				moments++
				truth := max((end - at).Seconds(), 5)
				if math.Abs(math.Log(says.Seconds()/truth)) <= math.Log(2) {
					right++
				}
				if found[1] != before {
					changes, before = changes+1, found[1]
				}
			}
		})
	}
	t.Logf("within a factor of 2 at %d of %d moments; the figure changed %d times", right, moments, changes)
	if float64(right) < least*float64(moments) {
		t.Errorf("it is within a factor of 2 at %d of %d moments", right, moments)
	}
}
