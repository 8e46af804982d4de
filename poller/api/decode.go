package api

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode"

	strict "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"example.com/jobwatch/poller/job"
)

const (
	maxText = 4 << 10 // bytes of a text that are kept
	maxWord = 64      // bytes of a status word that are kept
)

// wireStatus is a JobStatus. In encoding/json, null and absent leave a
// string empty; of a key that comes twice the last one holds; keys that we don't
// know are passed over; and more than 10,000 levels are an error.
type wireStatus struct {
	ID          string   `json:"id"`
	Status      string   `json:"status"`
	Description string   `json:"description"`
	Meta        string   `json:"status_meta"`
	Path        string   `json:"path"`
	Progress    *float64 `json:"progress"`
}

// decode reads a status, which must be the wanted job's. Any error is an [Error] of
// kind job.NotAPI. Nothing of the answer shares memory with body.
func decode(body []byte, want job.ID) (job.Answer, error) {
	wire, err := unmarshal(body)
	if err != nil {
		return job.Answer{}, notAPI(whyNotJSON(body, err))
	}
	switch id, err := job.Parse(wire.ID); {
	case wire.ID == "":
		return job.Answer{}, notAPI("answered with JSON that names no job")
	case err != nil || id != want:
		return job.Answer{}, notAPI("answered about another job")
	case !strings.ContainsFunc(string(word(wire.Status)), visible):
		return job.Answer{}, notAPI("answered without a status")
	}
	a := job.Answer{
		Status:      word(wire.Status),
		Description: cut(wire.Description, maxText),
		Meta:        cut(wire.Meta, maxText),
		Progress:    job.Unknown,
	}
	if len(wire.Path) <= maxText { // a URL cut short would be another URL
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

func visible(r rune) bool { return unicode.IsPrint(r) && r != ' ' }

// unmarshal is encoding/json's, which reads everything twice, by way of its successor,
// which does not: JSON was a quarter of what a poll costs beyond plain HTTP. What the
// stricter one takes, both read alike; of the rest encoding/json decides.
func unmarshal(body []byte) (wire wireStatus, err error) {
	// As encoding/json, fold case in names, but don't take "_id" for "id".
	names := strict.JoinOptions(strict.MatchCaseInsensitiveNames(true), jsonv1.MatchCaseSensitiveDelimiter(true))
	if strict.Unmarshal(body, &wire, names) == nil {
		return wire, nil
	}
	wire = wireStatus{}
	err = json.Unmarshal(body, &wire)
	return wire, err
}

// word gives the four known words without memory of their own: there may be 100,000
// answers, and they all say one of them.
func word(s string) job.Status {
	for _, known := range [...]job.Status{job.NotStarted, job.Processing, job.Done, job.Error} {
		if s == string(known) {
			return known
		}
	}
	return job.Status(cut(s, maxWord))
}

// whyNotJSON says in people's words what is wrong with an answer.
func whyNotJSON(body []byte, err error) string {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if e.Field == "" {
			return "answered with JSON that is no job's status"
		}
		return "answered with " + jsonType(e.Value) + " as the job's " + e.Field
	}
	if len(body) == 0 {
		return "answered with nothing"
	}
	return "answered with damaged JSON, or none at all"
}

// jsonType names what came in a value's place; encoding/json calls it "object", or
// "number 1e999" with the value.
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
