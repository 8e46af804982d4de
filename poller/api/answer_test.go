package api

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
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

func deflated(w io.Writer) io.WriteCloser {
	z, _ := flate.NewWriter(w, flate.DefaultCompression) // the level is valid
	return z
}

// wide writes a text in UTF-16, after its byte-order mark.
func wide(order binary.AppendByteOrder) simtest.Fault {
	return simtest.Changed(func(_ http.Header, body []byte) []byte {
		var b []byte
		for _, unit := range utf16.Encode([]rune("\ufeff" + string(body))) {
			b = order.AppendUint16(b, unit)
		}
		return b
	})
}

// padded is JSON of the most bytes that are read.
func padded(_ http.Header, body []byte) []byte {
	return append(body, bytes.Repeat([]byte(" "), maxBody-len(body))...)
}

// What counts is whether the answer is there, not what it calls itself, how it is packed
// or what stands before it.
func TestAnAnswerIsReadHoweverItComes(t *testing.T) {
	faults := map[string]simtest.Fault{
		"a mark": simtest.Before("\ufeff"), "a mark and a line": simtest.Before("\ufeff\r\n"),
		"UTF-16": wide(binary.LittleEndian), "UTF-16, the other end first": wide(binary.BigEndian),
		"gzip": simtest.Packed("gzip", simtest.Gzip), "x-gzip": simtest.Packed("X-GZIP", simtest.Gzip),
		"gzip among three": simtest.Packed("identity, gzip, utf-8", simtest.Gzip), "as large as may be": simtest.Changed(padded),
		"deflate": simtest.Packed("deflate", simtest.Zlib), "bare deflate": simtest.Packed("deflate", deflated),
		"utf-8 for a packing": simtest.Packed("utf-8", nil), "identity": simtest.Packed("identity", nil),
	}
	for _, label := range []string{
		"", "text/plain", "Text/Plain; charset=utf-8", "text/json", "application/octet-stream", "binary/octet-stream",
		"application/x-json", "application/hal+json", "text/javascript", "image/png", ";;;",
	} {
		faults["as "+label] = simtest.Labeled(label)
	}
	s := simtest.New()
	c := newClient(t, serve(t, s), Options{})
	live, done := running(s), s.AddDone("Annual report")
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			s.Break(fault)
			if a, err := c.Status(t.Context(), live); err != nil || a.Status != job.Processing || a.Description != "Annual report" {
				t.Errorf("a status: %+v, %v", a, err)
			}
			if u, err := c.Output(t.Context(), "/job/"+done.String()+"/output"); err != nil || u.Path != "/files/"+done.String()+".pdf" {
				t.Errorf("an output: %v, %v", u, err)
			}
		})
	}
}

func TestWhatA422SaysIsReadAsFarAsItSaysAnything(t *testing.T) {
	for body, want := range map[string]string{
		`{"detail":[{"loc":["path","job_id",0],"msg":"not a UUID","type":"uuid_parsing"}]}`: "not a UUID",
		`{"detail":[{"loc":["body",0,"x",12],"msg":"a"},{"msg":"c"}]}`:                      "a; c",
		`{}`:                      "",
		`{"detail":null}`:         "",
		`{"detail":"no such ID"}`: "no such ID",
		`{"detail":{"msg":"x"}}`:  "",
		`{"detail":[1,"x",null,[],{"loc":["path"],"msg":"a","type":{}}]}`: "a",
		`<html>`: "",
		``:       "",
		`{"detail":"see\r\nhttps://x.test/` + someID + `?sig=1 for ` + someID + `"}`: "see https://… for 01890a5d…",
	} {
		if got := validation([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func FuzzValidation(f *testing.F) {
	for _, body := range []string{
		`{"detail":[{"loc":["path","job_id",0],"msg":"Input should be a valid UUID","type":"uuid_parsing"}]}`,
		`{"detail":"` + someID + `"}`, `{"detail":[{"loc":[[[]]],"msg":null}]}`, `{"detail":[1e999]}`, `{}`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := validation(body)
		if len(text) > maxQuote || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x1b\x00") || job.Shorten(text) != text {
			t.Errorf("%q of %q", text, body)
		}
	})
}

func TestAPauseIsReadInBothFormsAndNeverBelieved(t *testing.T) {
	now := time.Date(2025, 6, 10, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{"120", "", 2 * time.Minute},
		{"-5", "", 0},
		{"+5", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{"3600", "", time.Hour},
		{"31536000", "", time.Hour},
		{strings.Repeat("9", 400), "", time.Hour},
		{"Tue, 10 Jun 2025 12:00:30 GMT", "", 30 * time.Second},
		{"Tue, 10 Jun 2025 11:00:00 GMT", "", 0},
		{"Wed, 10 Jun 2026 12:00:00 GMT", "", time.Hour},
		{"Tuesday, 10-Jun-25 12:00:30 GMT", "", 30 * time.Second},
		{"Tue, 10 Jun 2025 09:00:30 GMT", "Tue, 10 Jun 2025 09:00:00 GMT", 30 * time.Second}, // a server 3 hours behind
		{"Tue, 10 Jun 2025 12:00:30 GMT", "yesterday", 30 * time.Second},
		{"30", "Tue, 10 Jun 2025 09:00:00 GMT", 30 * time.Second},
	} {
		if got := retryAfter(tt.value, tt.date, now); got != tt.want {
			t.Errorf("Retry-After %.40q, Date %q: %v, want %v", tt.value, tt.date, got, tt.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120", "")
	f.Add("Tue, 10 Jun 2025 09:00:30 GMT", "Tue, 10 Jun 2025 09:00:00 GMT")
	f.Add("-1", "x")
	f.Add("99999999999999999999", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Add("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, value, date string) {
		if d := retryAfter(value, date, time.Unix(0, 0)); d < 0 || d > maxRetryAfter {
			t.Errorf("%q, %q: %v", value, date, d)
		}
	})
}

func TestAQuotationIsOneShortLineWithoutSecrets(t *testing.T) {
	id := strings.ReplaceAll(someID, "-", "")
	for said, want := range map[string]string{
		"plain":                                  "plain",
		" two\nlines\tand \x1b[31mred\x00 ":      "two lines and [31mred",
		"job " + strings.ToUpper(someID) + "!":   "job 01890A5D…!",
		"job " + id:                              "job 01890a5d…",
		"go to HTTPS://x.test/a?signature=b now": "go to HTTPS://… now",
		strings.Repeat("é", 300):                 strings.Repeat("é", 250),
		"a\xffb":                                 "a?b",
	} {
		if got := quote(said); got != want {
			t.Errorf("quote(%q) = %q, want %q", said, got, want)
		}
	}
}
