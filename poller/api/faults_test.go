package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

// faultRow is one way for the API to answer wrongly or not at all, and what the user is told.
type faultRow struct {
	name     string
	kind     job.Kind
	code     int
	sentence string // SHORT stands for the job's short ID
	pause    time.Duration
	fault    simtest.Fault
}

const (
	portal  = " (a captive portal or proxy?)"
	page    = "answered with a web page instead of JSON" + portal
	large   = "answered with more than 1 MiB" + portal
	damaged = "answered with damaged JSON, or none at all"
	notHTTP = "answered with something that is not HTTP"
	closed  = "the connection was closed before the answer"
	broken  = "the connection broke in the middle of the answer"
	forbids = "the API forbids this: are there headers with credentials that may read this job?"
	late    = "the answer was not whole within 10 s"

	status  = `{"id":"{id}","status":"Processing"`
	another = `{"id":"` + someID + `","status":"Done"}`
)

func faultRows() []faultRow {
	inAMinute := func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		w.Header().Set("Date", "Sun, 06 Nov 1994 08:49:37 GMT") // its clock is decades behind
		simtest.Unavailable("Sun, 06 Nov 1994 08:50:37 GMT")(w, r, next)
	}
	damagedGzip := func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		w.Header().Set("Content-Encoding", "gzip")
		simtest.JSON("\x1f\x8bthis is not gzip")(w, r, next)
	}
	refuses := func(body string) simtest.Fault { return simtest.Answer(422, "application/json", body) }
	rows := []faultRow{
		{"reset mid-headers", job.Unreachable, 0, "the connection broke in the middle of the headers", 0, simtest.ResetMidHeaders()},
		{"reset mid-body", job.Unreachable, 0, broken, 0, simtest.ResetMidBody()},
		{"closed mid-body", job.Unreachable, 0, broken, 0, simtest.BreakMidBody()},
		{"closed", job.Unreachable, 0, closed, 0, simtest.Hangup()},

		{"429", job.RateLimited, 429, "the API wants fewer requests, and asks for a pause of 30 s", 30 * time.Second, simtest.TooMany("30")},
		{"429 without Retry-After", job.RateLimited, 429, "the API wants fewer requests", 0, simtest.TooMany("")},
		{"503", job.RateLimited, 503, "the API is unavailable for now, and asks for a pause of 2 min", 2 * time.Minute, simtest.Unavailable("120")},
		{"503 until a date", job.RateLimited, 503, "the API is unavailable for now, and asks for a pause of 1 min", time.Minute, inAMinute},
		{"503 without Retry-After", job.RateLimited, 503, "the API is unavailable for now", 0, simtest.Unavailable("")},
		{"503 for a negative time", job.RateLimited, 503, "the API is unavailable for now", 0, simtest.Unavailable("-5")},
		{"503 for some time", job.RateLimited, 503, "the API is unavailable for now, and asks for a pause of 11 min", 640 * time.Second, simtest.Unavailable("640")},
		{"503 for a year", job.RateLimited, 503, "the API is unavailable for now, and asks for a pause of 1 h or more", time.Hour, simtest.Unavailable("31536000")},
		{"403 with Retry-After", job.RateLimited, 403, "the API refuses requests for now, and asks for a pause of 30 s", 30 * time.Second, simtest.Forbidden("30")},
		{"403", job.Refused, 403, forbids, 0, simtest.Trouble(403)},
		{"403 for a negative time", job.Refused, 403, forbids, 0, simtest.Forbidden("-5")},
		{"500", job.Trouble, 500, "the API has trouble: Internal Server Error", 0, simtest.Trouble(500)},
		{"502", job.Trouble, 502, "the API has trouble: Bad Gateway", 0, simtest.Trouble(502)},
		{"599", job.Trouble, 599, "the API has trouble", 0, simtest.Trouble(599)},
		{"410", job.Refused, 410, "the API gave an unexpected answer: Gone", 0, simtest.Trouble(410)},
		{"407", job.NotAPI, 407, proxyWants, 0, simtest.Trouble(407)},
		{"511", job.NotAPI, 511, "the network wants a login first (a captive portal)", 0, simtest.Trouble(511)},
		{"204", job.Trouble, 204, "the API gave an unexpected answer: No Content", 0, simtest.Answer(204, "", "")},
		{"404", job.NotFound, 404, "the API does not know this job", 0, simtest.Answer(404, "application/json", `{"detail":"Job not found"}`)},
		{"422", job.Rejected, 422, "the API rejects this job ID: not a UUID", 0, refuses(`{"detail":[{"loc":["path","job_id",0],"msg":"not a UUID","type":"uuid_parsing"}]}`)},
		{"422 that echoes the ID", job.Rejected, 422, "the API rejects this job ID: SHORT… is not a job", 0, refuses(`{"detail":"{id} is not a job"}`)},
		{"422 that says nothing", job.Rejected, 422, "the API rejects this job ID", 0, refuses(`{"detail":[{"type":"x"}]}`)},

		{"redirect to nowhere", job.Trouble, 302, "the API redirects to nowhere", 0, simtest.Answer(302, "", "")},
		{"redirect loop", job.NotAPI, 0, "redirected more than 3 times", 0, simtest.RedirectTimes(4)},
		{"redirect to another host", job.NotAPI, 0, "redirected to another host, login.hotel.example" + portal, 0, simtest.Redirect(302, "https://login.hotel.example/?from={path}")},
		{"redirect to another port", job.NotAPI, 0, "redirected to another port, 127.0.0.1:22" + portal, 0, simtest.Redirect(302, "http://127.0.0.1:22/")},
		{"redirect to garbage", job.NotAPI, 0, "redirected to something that is not a URL", 0, simtest.Redirect(302, "http://[{path}")},
		{"redirect out of HTTP", job.NotAPI, 0, "redirected to something other than http and https", 0, simtest.Redirect(302, "file:///etc/passwd")},

		{"captive portal", job.NotAPI, 200, page, 0, simtest.CaptivePortal()},
		{"JSON as a web page", job.NotAPI, 200, page, 0, simtest.Labeled("text/html; charset=utf-8")},
		{"JSON as XHTML", job.NotAPI, 200, page, 0, simtest.Labeled("application/xhtml+xml")},
		{"plain text", job.NotAPI, 200, "answered with text/plain instead of JSON" + portal, 0, simtest.Answer(200, "text/plain", "OK")},
		{"another job's body as text", job.NotAPI, 200, "answered about another job", 0, simtest.Answer(200, "text/plain", another)},
		{"another job's body", job.NotAPI, 200, "answered about another job", 0, simtest.JSON(another)},
		{"a page that calls itself JSON", job.NotAPI, 200, damaged, 0, simtest.JSON("<html></html>")},
		{"empty", job.NotAPI, 200, "answered with nothing", 0, simtest.JSON("")},
		{"truncated JSON", job.NotAPI, 200, damaged, 0, simtest.JSON(status)},
		{"depth 100,000", job.NotAPI, 200, damaged, 0, simtest.JSON(status + `,"x":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}")},
		{"not an object", job.NotAPI, 200, "answered with JSON that is no job's status", 0, simtest.JSON(`[]`)},
		{"null", job.NotAPI, 200, "answered with JSON that names no job", 0, simtest.JSON(`null`)},
		{"no status", job.NotAPI, 200, "answered without a status", 0, simtest.JSON(`{"id":"{id}"}`)},
		{"a status that says nothing", job.NotAPI, 200, "answered without a status", 0, simtest.JSON(`{"id":"{id}","status":" \u200b\u0000\t\u00a0"}`)},

		{"5 GB", job.NotAPI, 200, large, 0, simtest.Huge(5<<30, false)},
		{"5 GB, announced", job.NotAPI, 200, large, 0, simtest.Huge(5<<30, true)},
		{"gzip bomb", job.NotAPI, 200, large, 0, simtest.GzipBomb(4 << 20)},
		{"damaged gzip", job.NotAPI, 0, "answered with damaged compression", 0, damagedGzip},
		{"damaged deflate", job.NotAPI, 0, "answered with damaged compression", 0, simtest.Packed("deflate", nil)},
		{"unknown packing", job.NotAPI, 200, "answered with br compression, which jobwatch can't unpack", 0, simtest.Packed("br", simtest.Gzip)},
		{"endless headers", job.NotAPI, 0, "answered with endless headers", 0, simtest.EndlessHeaders()},
		{"no length", job.NotAPI, 0, notHTTP, 0, simtest.HeadOf("Content-Length: some")},
		{"strange packing", job.NotAPI, 0, notHTTP, 0, simtest.HeadOf("Transfer-Encoding: gzip, chunked")},
		{"not HTTP", job.NotAPI, 0, notHTTP, 0, simtest.NotHTTP()},
	}
	for _, wrong := range []struct{ field, value, sentence string }{
		{"id", "7", "answered with a wrong number as the job's id"},
		{"status", "[1]", "answered with a list as the job's status"},
		{"description", "{}", "answered with an object as the job's description"},
		{"status_meta", "true", "answered with true or false as the job's status_meta"},
		{"path", "1.5", "answered with a wrong number as the job's path"},
		{"progress", `"0.5"`, "answered with a text as the job's progress"},
		{"progress", "1e999", "answered with a wrong number as the job's progress"},
		{"progress", "NaN", damaged},
	} {
		body := strings.Replace(status, `"`+wrong.field+`":"`, `"was":"`, 1) + `,"` + wrong.field + `":` + wrong.value + "}"
		rows = append(rows, faultRow{wrong.field + " " + wrong.value, job.NotAPI, 200, wrong.sentence, 0, simtest.JSON(body)})
	}
	return rows
}

// Every row goes through the whole of net/http on loopback.
func TestEveryFaultIsToldInPeoplesWords(t *testing.T) {
	for _, row := range faultRows() {
		t.Run(row.name, func(t *testing.T) {
			s := simtest.New()
			row.isTold(t, s, newClient(t, serve(t, s), Options{}))
		})
	}
}

func TestWhatTakesTooLongIsToldAfter10Seconds(t *testing.T) {
	for _, row := range []faultRow{
		{"hang", job.Unreachable, 0, "no answer within 10 s", 0, simtest.Hang()},
		{"hang mid-body", job.Unreachable, 0, late, 0, simtest.HangMidBody()},
		{"a byte a second", job.Unreachable, 0, late, 0, simtest.SlowBytes(time.Second)},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := simtest.New()
				begin := time.Now()
				row.isTold(t, s, inBubble(t, s))
				if took := time.Since(begin); took != defaultTimeout {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// isTold polls an API that goes wrong, and then one that is mended.
func (row *faultRow) isTold(t *testing.T, s *simtest.Server, c *Client) {
	t.Helper()
	id := running(s)
	s.Break(row.fault)
	_, err := c.Status(t.Context(), id)
	want := job.Problem{Kind: row.kind, Code: row.code, RetryAfter: row.pause, Reason: strings.ReplaceAll(row.sentence, "SHORT", id.Short())}
	isError(t, err, want)
	if text := strings.ToLower(err.Error()); strings.Contains(text, id.String()) || strings.Contains(text, "/job/") {
		t.Errorf("the error gives the job away: %s", text)
	}
	s.Mend()
	if _, err := c.Status(t.Context(), id); err != nil {
		t.Errorf("the next request fails too: %v", err)
	}
}

func isError(t *testing.T, err error, want job.Problem) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v, want an Error", err)
	}
	p := e.Problem
	if p.Reason != want.Reason || p.Kind != want.Kind || p.Code != want.Code || p.RetryAfter != want.RetryAfter {
		t.Errorf("got %+v\nwant %+v", p, want)
	}
}

// Where the network is another than a simulated API's.
func TestANetworkThatFailsIsToldInPeoplesWords(t *testing.T) {
	trusting := func(change func(*http.Transport)) *Client {
		c := overTLS(t, http.NotFound)
		change(network(t, c))
		return c
	}
	clock := func(year int) func(*http.Transport) {
		return func(tr *http.Transport) {
			tr.TLSClientConfig.Time = func() time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
		}
	}
	redirect := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://127.0.0.1/")
		w.WriteHeader(http.StatusFound)
	}
	nowhere := closedPort(t)
	unheard := Options{dialer: net.Dialer{ControlContext: func(context.Context, string, string, syscall.RawConn) error { return syscall.ETIMEDOUT }}}
	_, open, _ := strings.Cut(serve(t, simtest.New()), "http://")
	for sentence, c := range map[string]*Client{
		"connection refused by " + nowhere:                                newClient(t, "http://"+nowhere, Options{}),
		"proxy: connection refused by " + nowhere:                         newClient(t, "https://api.test", throughProxy(nowhere)),
		"no answer from " + nowhere:                                       newClient(t, "http://"+nowhere, unheard), // at once
		"the proxy refuses the connection (HTTP 404: Not Found)":          newClient(t, "https://api.test", throughProxy(open)),
		"no host is named api.test":                                       newClient(t, "http://api.test", resolving(t, func() byte { return nxdomain })),
		"the address of api.test can't be looked up (is the network up?)": newClient(t, "http://api.test", resolving(t, func() byte { return servfail })),
		closed: overTLS(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		"redirected from https to http, which is not safe":                               overTLS(t, redirect),
		"answered without TLS (is it http:// instead of https://, or a captive portal?)": newClient(t, "https://"+open, Options{}),

		// The certificate of package httptest is valid from 1970 to 2084.
		"certificate expired on 29 January 2084":                                          trusting(clock(2100)),
		"certificate valid only from 1 January 1970 on (is this computer's clock right?)": trusting(clock(1960)),
		"certificate is not for api.test":                                                 trusting(func(tr *http.Transport) { tr.TLSClientConfig.ServerName = "api.test" }),
		"certificate signed by an authority that this computer does not trust":            trusting(func(tr *http.Transport) { tr.TLSClientConfig = nil }),
	} {
		t.Run(sentence, func(t *testing.T) {
			_, err := c.Status(t.Context(), parsed())
			kind := job.Unreachable
			if strings.HasPrefix(sentence, "redirected") {
				kind = job.NotAPI
			}
			isError(t, err, job.Problem{Kind: kind, Reason: sentence})
		})
	}
}
