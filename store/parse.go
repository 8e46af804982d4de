package store

import (
	"bytes"
	"encoding/json"
	"time"

	"example.com/jobwatch/poller/job"
)

// parse decodes a line in any spelling of JSON: one that a person edited, or that
// a newer version wrote. Fields that we don't know go to Extra.
func parse(line []byte, r *record) bool {
	var f fields
	if json.Unmarshal(line, &f) != nil {
		return false
	}
	var op string
	if !f.take("op", &op) || op == "" {
		return false
	}
	hasID := bytes.HasPrefix(f["id"], []byte{'"'}) // null is not an ID
	switch op {
	case "track":
		r.kind = trackOp
		return hasID && f.take("batch", &r.job.Batch) && f.time("added", &r.job.Added) && f.job(&r.job)
	case "status":
		r.kind = statusOp
		return hasID && f.job(&r.job)
	case "forget":
		r.kind = forgetOp
		return hasID && f.take("id", &r.job.ID)
	case "batch":
		r.kind = batchOp
		ok := hasID && f.take("id", &r.batch.ID) &&
			f.take("name", &r.batch.Name) && f.time("added", &r.batch.Added)
		r.batch.Extra = f.rest()
		return ok
	}
	r.kind = unknownOp
	return true
}

// fields are those of one line that nobody has taken yet.
type fields map[string]json.RawMessage

// take moves a field into v. One that is absent or null leaves v as it is; one of
// another type is not ours, and false.
func (f fields) take(key string, v any) bool {
	raw, ok := f[key]
	if !ok {
		return true
	}
	delete(f, key)
	return json.Unmarshal(raw, v) == nil
}

func (f fields) time(key string, t *time.Time) bool {
	ok := f.take(key, t)
	*t = t.UTC()
	return ok
}

// job takes the fields that both track and status lines have, and the rest.
func (f fields) job(j *Job) bool {
	var end string
	var progress *float64
	var history []struct {
		At     time.Time  `json:"at"`
		Status job.Status `json:"status"`
	}
	ok := f.take("id", &j.ID) &&
		f.time("answered", &j.Answered) &&
		f.take("status", &j.Answer.Status) &&
		f.take("progress", &progress) &&
		f.take("description", &j.Answer.Description) &&
		f.take("meta", &j.Answer.Meta) &&
		f.take("path", &j.Answer.Path) &&
		f.time("started", &j.Started) &&
		f.time("ended", &j.Ended) &&
		f.take("end", &end) &&
		f.take("cause", &j.Cause) &&
		f.take("file", &j.File) &&
		f.take("history", &history)
	if progress != nil {
		j.Answer.Progress = job.Progress(min(*progress, 1))
		if *progress < 0 {
			j.Answer.Progress = job.Unknown
		}
	}
	j.End = parseEnd(end)
	for _, c := range history {
		j.History = append(j.History, Change{c.At.UTC(), c.Status})
	}
	j.Extra = f.rest()
	return ok
}

func (f fields) rest() map[string]json.RawMessage {
	if len(f) == 0 {
		return nil
	}
	return f
}

// parseEnd reads the format's word for an end. A word of a newer version means
// that the job is polled again, which finds out.
func parseEnd(word string) job.End {
	for e := job.EndedDone; e <= job.EndedRejected; e++ {
		if word == endWord(e) {
			return e
		}
	}
	return job.Live
}
