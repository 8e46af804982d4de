package api

import (
	"cmp"
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

// decode reads a status, which must be the wanted job's. Any error is an [Error] of kind
// job.NotAPI.
func decode(body []byte, want job.ID) (job.Answer, error) {
	var wire struct { // all but the first two may also be null
		ID          string   `json:"id"`     // a UUID, required
		Status      string   `json:"status"` // Not Started, Processing, Done or Error, required
		Description string   `json:"description"`
		Meta        string   `json:"status_meta"` // the step under way, or the cause of the error
		Path        string   `json:"path"`        // of the status, or when Done of the output
		Progress    *float64 `json:"progress"`    // 0 to 1; absent means unknown, which is not 0
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return job.Answer{}, notAPI("answered with " + jsonProblem(body, err))
	}
	if wire.ID == "" {
		return job.Answer{}, notAPI("answered with JSON that names no job")
	}
	if id, err := job.Parse(wire.ID); err != nil || id != want {
		return job.Answer{}, notAPI("answered about another job")
	}
	a := job.Answer{
		Status:      job.Status(truncate(wire.Status, maxStatus)),
		Description: truncate(wire.Description, maxText),
		Meta:        truncate(wire.Meta, maxText),
		Progress:    job.Unknown,
	}
	if !strings.ContainsFunc(string(a.Status), isVisible) {
		return job.Answer{}, notAPI("answered without a status")
	}
	if len(wire.Path) <= maxText { // a truncated URL would be another URL
		a.Path = wire.Path
	}
	if wire.Progress != nil {
		a.Progress = job.Progress(min(max(*wire.Progress, 0), 1))
	}
	if a.Status == job.Done {
		a.Progress = 1
	}
	return a, nil
}

func isVisible(r rune) bool { return unicode.IsPrint(r) && r != ' ' }

// jsonProblem says in people's words what is there instead of a status.
func jsonProblem(body []byte, err error) string {
	if len(body) == 0 {
		return "nothing"
	}
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return "damaged JSON, or none at all"
	}
	if e.Field == "" {
		return "JSON that is no job's status"
	}
	types := map[string]string{"array": "a list", "object": "an object", "bool": "true or false", "string": "a text"}
	return cmp.Or(types[e.Value], "a wrong number") + " as the job's " + e.Field
}
