package notify

import (
	"fmt"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

// News is one thing worth a notification: a [BatchFinished], a [JobFailed], an [APIAway] or an [APIBack].
type News interface{ news() }

// BatchFinished says that a batch has no unfinished jobs any more.
type BatchFinished struct {
	Batch        string
	Done, Failed int
}

// JobFailed says that a job ended in anything but Done. Job is its description or
// short ID, never its ID: a notification is seen by whoever passes by.
type JobFailed struct{ Job, Cause string }

// APIAway says that the API has not answered for a while.
type APIAway struct{ For time.Duration }

// APIBack says that it answers again.
type APIBack struct{ After time.Duration }

func (BatchFinished) news() {}
func (JobFailed) news()     {}
func (APIAway) news()       {}
func (APIBack) news()       {}

// Sentence tells all of the news in one, "" if there are none. It may quote untrusted
// text, but no whole job ID and no link: it is seen by whoever passes by, and kept by
// desktops.
func Sentence(all []News) string { return job.Scrub(sentence(all)) }

func sentence(all []News) string {
	var (
		batches, failures int
		jobs              BatchFinished // of all finished batches
		failure           JobFailed
		api               string
	)
	for _, news := range all {
		switch n := news.(type) {
		case BatchFinished:
			batches++
			jobs = BatchFinished{Batch: n.Batch, Done: jobs.Done + n.Done, Failed: jobs.Failed + n.Failed}
		case JobFailed:
			failures++
			failure = n
		case APIAway: // of these, only the last is still true
			api = "the API has not answered for " + minutes(n.For)
		case APIBack:
			api = "the API answers again, after " + minutes(n.After)
		}
	}
	var parts []string
	switch {
	case batches == 1:
		parts = append(parts, fmt.Sprintf("batch %s finished: %s", jobs.Batch, outcome(jobs)))
	case batches > 1:
		parts = append(parts, fmt.Sprintf("%d batches finished: %s", batches, outcome(jobs)))
	}
	switch {
	case failures == 1 && failure.Cause != "":
		parts = append(parts, fmt.Sprintf("%s failed: %s", failure.Job, failure.Cause))
	case failures == 1:
		parts = append(parts, failure.Job+" failed")
	case failures > 1:
		parts = append(parts, fmt.Sprintf("%d jobs failed", failures))
	}
	if api != "" {
		parts = append(parts, api)
	}
	return strings.Join(parts, "; ")
}

func outcome(b BatchFinished) string {
	if b.Failed == 0 {
		return fmt.Sprintf("%d done", b.Done)
	}
	return fmt.Sprintf("%d done, %d failed", b.Done, b.Failed)
}

func minutes(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}
