package api

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

func TestTheDetailsOfA422AreReadAsFarAsThereAreAny(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       []job.Detail
	}{
		{
			"as described",
			`{"detail":[{"loc":["path","job_id"],"msg":"not a UUID","type":"uuid_parsing"}]}`,
			[]job.Detail{{Loc: "path.job_id", Message: "not a UUID", Type: "uuid_parsing"}},
		},
		{
			"integers in loc, and two of them",
			`{"detail":[{"loc":["body",0,"x",12],"msg":"a","type":"b"},{"msg":"c"}]}`,
			[]job.Detail{{Loc: "body.0.x.12", Message: "a", Type: "b"}, {Message: "c"}},
		},
		{"no detail", `{}`, nil},
		{"detail is null", `{"detail":null}`, nil},
		{"detail is a text", `{"detail":"no such ID"}`, []job.Detail{{Message: "no such ID"}}},
		{"detail is an object", `{"detail":{"msg":"x"}}`, nil},
		{"items of other types", `{"detail":[1,"x",null,[],{"loc":["path"],"msg":"a","type":{}}]}`, []job.Detail{{Loc: "path", Message: "a"}}},
		{"not JSON", `<html>`, nil},
		{"empty", ``, nil},
		{"lines and secrets", `{"detail":"see\r\nhttps://x.test/` + someID + `?sig=1 for ` + someID + `"}`, []job.Detail{{Message: "see https://… for 01890a5d…"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := validation([]byte(tt.body)); !slices.Equal(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
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
		details := validation(body)
		if len(details) > maxDetails {
			t.Errorf("%d details", len(details))
		}
		for _, d := range details {
			for _, text := range []string{d.Loc, d.Message, d.Type} {
				if len(text) > maxQuote || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x1b\x00") || job.Shorten(text) != text {
					t.Errorf("detail %q of %q", text, body)
				}
			}
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
