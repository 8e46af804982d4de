package plain

import (
	"fmt"
	"slices"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// receiptLines is the most that a receipt takes: it must not push away what the user
// had on the shell's screen.
const receiptLines = 10

// Kept says whether the jobs are kept when the dashboard has closed.
type Kept int

// The values of Kept.
const (
	Saved   Kept = iota
	Unsaved      // and the error says why
	Thrown       // away: the demo's
)

// Receipt is what the shell shows after the dashboard: how many jobs stand where, the
// failed ones with their causes (the last to fail first), and what becomes of the rest.
// Its lines end in newlines and are at most width cells wide.
func Receipt(jobs []store.Job, kept Kept, set sanitize.Charset, width int) string {
	if len(jobs) == 0 {
		return "no jobs are tracked\n"
	}
	var counts [joblist.States]int
	var failed []*store.Job
	ids := shortIDs(idsOf(jobs))
	for i := range jobs {
		state := joblist.StateOf(jobs[i].Answer.Status, jobs[i].End)
		counts[state]++
		if state.Failed() {
			failed = append(failed, &jobs[i])
		}
	}
	slices.SortStableFunc(failed, func(a, b *store.Job) int { return b.Ended.Compare(a.Ended) })

	lines := []string{style.Plural(len(jobs), "job") + ": " + countText(&counts)}
	last := stillTracked(live(&counts), kept)
	room := receiptLines - len(lines)
	if last != "" {
		room--
	}
	for i, j := range failed {
		if i == room-1 && len(failed) > room {
			lines = append(lines, fmt.Sprintf("  and %d more", len(failed)-i))
			break
		}
		lines = append(lines, "  "+failure(j, ids.of(j.ID)))
	}
	if last != "" {
		lines = append(lines, last)
	}
	for i, line := range lines {
		if indent := "  "; strings.HasPrefix(line, indent) {
			lines[i] = indent + set.Cut(line, width-len(indent)) // cut also trims
		} else {
			lines[i] = set.Cut(line, width)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// stillTracked says what becomes of the unfinished jobs; "" when there is nothing to
// say.
func stillTracked(unfinished int, kept Kept) string {
	switch {
	case kept == Thrown:
		return "these were the demo's: nothing of it is kept"
	case kept == Unsaved:
		return ""
	case unfinished == 1:
		return "1 is unfinished and still tracked: jobwatch goes on with it"
	case unfinished > 1:
		return fmt.Sprintf("%d are unfinished and still tracked: jobwatch goes on with them", unfinished)
	}
	return ""
}

// countText is "7 done, 1 error, 2 running", in the filter's words.
func countText(counts *[joblist.States]int) string {
	order := []joblist.State{
		joblist.Done, joblist.Error, joblist.Rejected, joblist.GivenUp,
		joblist.Running, joblist.Queued, joblist.Other, joblist.Unheard,
	}
	var parts []string
	for _, s := range order {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], stateWord(s)))
		}
	}
	return strings.Join(parts, ", ")
}

func stateWord(s joblist.State) string {
	switch s {
	case joblist.GivenUp:
		return "given up"
	case joblist.Other:
		return "of an unknown status"
	case joblist.Unheard:
		return "not heard of yet"
	default:
		return s.String()
	}
}

func live(counts *[joblist.States]int) int {
	n := 0
	for s, c := range counts {
		if !joblist.State(s).Finished() {
			n += c
		}
	}
	return n
}

// failure is a failed job and its cause in a line: "01890a5d Error: no such font
// (Invoice 12)".
func failure(j *store.Job, short string) string {
	line := short + " " + word(j) + ": " + sanitize.Line(cause(j))
	if d := sanitize.Line(j.Answer.Description); d != "" {
		line += " (" + d + ")"
	}
	return line
}

func idsOf(jobs []store.Job) []job.ID {
	ids := make([]job.ID, len(jobs))
	for i := range jobs {
		ids[i] = jobs[i].ID
	}
	return ids
}
