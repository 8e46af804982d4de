package api

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	"example.com/jobwatch/poller/job"
)

const (
	maxText   = 4 << 10 // bytes of a text that are kept
	maxStatus = 64      // bytes of a status word that are kept
)

// wireStatus is a JobStatus.
type wireStatus struct {
	ID          string   `json:"id"`
	Status      string   `json:"status"`
	Description string   `json:"description"`
	Meta        string   `json:"status_meta"`
	Path        string   `json:"path"`
	Progress    *float64 `json:"progress"`
}

// decode reads a status, which must be the wanted job's. Any error is an [Error] of kind
// job.NotAPI.
func decode(body []byte, want job.ID) (job.Answer, error) {
	var wire wireStatus
	if err := json.Unmarshal(body, &wire); err != nil {
		return job.Answer{}, notAPI(jsonProblem(body, err))
	}
	status := statusWord(wire.Status)
	switch id, err := job.Parse(wire.ID); {
	case wire.ID == "":
		return job.Answer{}, notAPI("answered with JSON that names no job")
	case err != nil || id != want:
		return job.Answer{}, notAPI("answered about another job")
	case !strings.ContainsFunc(string(status), isVisible):
		return job.Answer{}, notAPI("answered without a status")
	}
	a := job.Answer{
		Status:      status,
		Description: truncate(wire.Description, maxText),
		Meta:        truncate(wire.Meta, maxText),
		Progress:    job.Unknown,
	}
	if len(wire.Path) <= maxText { // a truncated URL would be another URL
		a.Path = wire.Path
	}
	switch {
	case a.Status == job.Done:
		a.Progress = 1
	case wire.Progress != nil:
		a.Progress = job.Progress(min(max(*wire.Progress, 0), 1))
	}
	return a, nil
}

func isVisible(r rune) bool { return unicode.IsPrint(r) && r != ' ' }

// statusWord returns the four known words without memory of their own, for there may be
// 100,000 answers.
func statusWord(s string) job.Status {
	for _, known := range [...]job.Status{job.NotStarted, job.Processing, job.Done, job.Error} {
		if s == string(known) {
			return known
		}
	}
	return job.Status(truncate(s, maxStatus))
}

// jsonProblem says in people's words why an answer could not be decoded.
func jsonProblem(body []byte, err error) string {
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case ok && e.Field == "":
		return "answered with JSON that is no job's status"
	case ok:
		return "answered with " + jsonType(e.Value) + " as the job's " + e.Field
	case len(body) == 0:
		return "answered with nothing"
	}
	return "answered with damaged JSON, or none at all"
}

// jsonType names the type that encoding/json found: "object", or "number 1e999" with the
// value.
func jsonType(found string) string {
	switch name, _, _ := strings.Cut(found, " "); name {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "string":
		return "a text"
	}
	return "a wrong number"
}
