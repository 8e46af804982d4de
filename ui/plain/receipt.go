package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// receiptLines is the most that a receipt takes: it must not push the shell's screen away.
const receiptLines = 10

// Receipt is what the shell shows after the dashboard, at most width cells wide: how many jobs
// stand where, the failed ones (the last to fail first), and what becomes of the rest.
func Receipt(jobs []store.Job, saved, demo bool, set sanitize.Charset, width int) string {
	if len(jobs) == 0 {
		return "no jobs are tracked\n"
	}
	var counts [joblist.States]int
	var failed []store.Job
	var ids []job.ID
	for _, j := range jobs {
		ids = append(ids, j.ID)
		state := joblist.StateOf(j.Answer.Status, j.End)
		counts[state]++
		if state.Failed() {
			failed = append(failed, j)
		}
	}
	unfinished := counts[joblist.Unheard] + counts[joblist.Queued] + counts[joblist.Running] + counts[joblist.Other]
	slices.SortStableFunc(failed, func(a, b store.Job) int { return b.Ended.Compare(a.Ended) })

	last := ""
	switch {
	case !saved:
	case demo:
		last = "these were the demo's: nothing of it is kept"
	case unfinished == 1:
		last = "1 is unfinished and still tracked: jobwatch goes on with it"
	case unfinished > 1:
		last = fmt.Sprintf("%d are unfinished and still tracked: jobwatch goes on with them", unfinished)
	}
	room, more := receiptLines-1, ""
	if last != "" {
		room--
	}
	if n := len(failed); n > room {
		failed, more = failed[:room-1], fmt.Sprintf("  and %d more", n-room+1)
	}
	lines := []string{set.Cut(style.Plural(len(jobs), "job")+": "+countText(&counts), width)}
	short, _ := shortIDs(ids)
	for _, j := range failed {
		lines = append(lines, "  "+set.Cut(failure(&j, short[j.ID]), width-2))
	}
	return style.Joined("\n", append(lines, more, set.Cut(last, width))...) + "\n"
}

// Counts is how many jobs stand where, as in [Receipt].
func Counts(records []*session.Record) string {
	var counts [joblist.States]int
	for _, r := range records {
		counts[joblist.StateOf(r.Answer.Status, r.End)]++
	}
	return countText(&counts)
}

// countText is "7 done, 1 error, 2 running", in the filter's words where those are plain.
func countText(counts *[joblist.States]int) string {
	plainer := map[joblist.State]string{
		joblist.GivenUp: "given up", joblist.Other: "of an unknown status", joblist.Unheard: "not heard of yet",
	}
	var parts []string
	for _, s := range []joblist.State{
		joblist.Done, joblist.Error, joblist.Rejected, joblist.GivenUp,
		joblist.Running, joblist.Queued, joblist.Other, joblist.Unheard,
	} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, cmp.Or(plainer[s], s.String())))
		}
	}
	return strings.Join(parts, ", ")
}

// failure is a failed job and its cause: "01890a5d Error: no such font (Invoice 12)".
func failure(j *store.Job, short string) string {
	return described(short+" "+word(j)+": "+sanitize.Line(cause(j)), j)
}

// described adds the job's description to a text about it.
func described(text string, j *store.Job) string {
	if d := sanitize.Line(j.Answer.Description); d != "" {
		text += " (" + d + ")"
	}
	return text
}
