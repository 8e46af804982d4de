package api

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// about is a status body about someID with some more fields.
func about(fields string) string { return `{"id":"` + someID + `",` + fields + `}` }

func TestAnAnswerIsReadAsTheAPIDescribesIt(t *testing.T) {
	long := strings.Repeat("é", maxText)
	for _, tt := range []struct {
		name, body string
		want       job.Answer
	}{
		{
			"all six fields",
			about(`"status":"Processing","description":"Book","status_meta":"Typesetting","progress":0.25,"path":"/x"`),
			job.Answer{Status: job.Processing, Description: "Book", Meta: "Typesetting", Progress: 0.25, Path: "/x"},
		},
		{"only what is required", about(`"status":"Not Started"`), job.Answer{Status: job.NotStarted, Progress: job.Unknown}},
		{
			"every null",
			about(`"status":"Error","description":null,"status_meta":null,"progress":null,"path":null`),
			job.Answer{Status: job.Error, Progress: job.Unknown},
		},
		{"no progress is not 0", about(`"status":"Processing","progress":0`), job.Answer{Status: job.Processing, Progress: 0}},
		{"Done is complete", about(`"status":"Done","path":"https://x.test/o"`), job.Answer{Status: job.Done, Progress: 1, Path: "https://x.test/o"}},
		{"Done is complete, whatever it says", about(`"status":"Done","progress":0.3`), job.Answer{Status: job.Done, Progress: 1}},
		{"more than all", about(`"status":"Processing","progress":7.5`), job.Answer{Status: job.Processing, Progress: 1}},
		{"less than nothing", about(`"status":"Processing","progress":-0.1`), job.Answer{Status: job.Processing, Progress: 0}},
		{"a word we don't know", about(`"status":"Paused"`), job.Answer{Status: "Paused", Progress: job.Unknown}},
		{"an endless word", about(`"status":"` + long + `"`), job.Answer{Status: job.Status(long[:maxStatus]), Progress: job.Unknown}},
		{"fields we don't know", about(`"status":"Done","cost":{"sats":[21]},"x":null`), job.Answer{Status: job.Done, Progress: 1}},
		{"the ID in capitals", strings.ToUpper(`{"id":"`+someID) + `","status":"Done"}`, job.Answer{Status: job.Done, Progress: 1}},
		{"a key twice", about(`"status":"Processing","status":"Done"`), job.Answer{Status: job.Done, Progress: 1}},
		{"NUL in a text", about(`"status":"Processing","description":"a\u0000b"`), job.Answer{Status: job.Processing, Description: "a\x00b", Progress: job.Unknown}},
		{"invalid UTF-8", about("\"status\":\"Processing\",\"description\":\"a\xff\xfeb\""), job.Answer{Status: job.Processing, Description: "a\ufffd\ufffdb", Progress: job.Unknown}},
		{"half a surrogate pair", about(`"status":"Processing","status_meta":"\ud800"`), job.Answer{Status: job.Processing, Meta: "\ufffd", Progress: job.Unknown}},
		{
			"long texts",
			about(`"status":"Processing","description":"` + long + `","status_meta":"x` + long + `","path":"` + long + `"`),
			job.Answer{Status: job.Processing, Description: long[:maxText], Meta: ("x" + long)[:maxText-1], Progress: job.Unknown},
		},
		{
			"the longest path",
			about(`"status":"Done","path":"` + long[:maxText] + `"`),
			job.Answer{Status: job.Done, Progress: 1, Path: long[:maxText]},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decode([]byte(tt.body), parsed())
			if err != nil || got != tt.want {
				t.Errorf("got %.300v, %v\nwant %.300v", got, err, tt.want)
			}
		})
	}
}

func FuzzStatus(f *testing.F) {
	for _, body := range []string{
		about(`"status":"Processing","description":"Book","status_meta":null,"progress":0.25,"path":"/x"`),
		about(`"status":"Done","progress":1e999`),
		about(`"status":"Paused","progress":-0`),
		about(`"status":"Done","description":"\ud800\u0000"`),
		about("\"status\":\"\xff\""),
		`{"id":"` + someID + `","id":null,"status":"Done"}`,
		`{"detail":"Not Found"}`, `<html>`, `null`, `[[[[`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decode(body, parsed())
		if err != nil {
			apiErr, ok := errors.AsType[*Error](err)
			if !ok || apiErr.Problem.Kind != job.NotAPI || apiErr.Problem.Reason == "" || got != (job.Answer{}) {
				t.Errorf("got %+v, %#v", got, err)
			}
			return
		}
		if p := got.Progress; p != job.Unknown && !(p >= 0 && p <= 1) {
			t.Errorf("progress %v", p)
		}
		if !strings.ContainsFunc(string(got.Status), isVisible) || (got.Status == job.Done && got.Progress != 1) {
			t.Errorf("status %q with progress %v", got.Status, got.Progress)
		}
		for _, text := range []string{string(got.Status), got.Description, got.Meta, got.Path} {
			if len(text) > maxText || !utf8.ValidString(text) {
				t.Errorf("text of %d bytes: %.100q", len(text), text)
			}
		}
	})
}
