package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

// faultRow is one way for a request to fail, and what the user is told of it. The
// rows are data so that a document can be made of them.
type faultRow struct {
	Name     string
	Happens  string // what the network or the service does
	Kind     job.Kind
	Code     int
	Sentence string // what the user sees; ADDRESS stands for the API's host and port
	Pause    time.Duration

	fault simtest.Fault              // what the simulated API does, or
	stage func(t *testing.T) *Client // a client of something else
	slow  bool                       // takes so long that only a fake clock can wait for it
}

const (
	portal = " (a captive portal or proxy?)"
	large  = "answered with more than 1 MiB" + portal
	status = `{"id":"{id}","status":"Processing"`
)

func faultRows() []faultRow {
	rows := connectionFaults()
	rows = append(rows, serviceFaults()...)
	rows = append(rows, answerFaults()...)
	return append(rows, tlsFaults()...)
}

func connectionFaults() []faultRow {
	return []faultRow{
		{Name: "refused", Happens: "nothing listens on the port", Kind: job.Unreachable, Sentence: "connection refused by ADDRESS", stage: nobody},
		{Name: "reset mid-headers", Happens: "the connection is reset in the headers", Kind: job.Unreachable, Sentence: "the connection broke in the middle of the headers", fault: simtest.ResetMidHeaders()},
		{Name: "reset mid-body", Happens: "the connection is reset in the body", Kind: job.Unreachable, Sentence: "the connection broke in the middle of the answer", fault: simtest.ResetMidBody()},
		{Name: "closed mid-body", Happens: "the connection is closed in the body", Kind: job.Unreachable, Sentence: "the connection broke in the middle of the answer", fault: simtest.BreakMidBody()},
		{Name: "closed", Happens: "the connection is closed without an answer", Kind: job.Unreachable, Sentence: "the connection was closed before the answer", fault: simtest.Hangup()},
		{Name: "stream broken off", Happens: "HTTP/2's way to close instead of an answer", Kind: job.Unreachable, Sentence: "the connection was closed before the answer", stage: closedStream},
		{Name: "hang", Happens: "no byte comes back", Kind: job.Unreachable, Sentence: "no answer within 10 s", fault: simtest.Hang(), slow: true},
		{Name: "hang mid-body", Happens: "half of the body comes, and no more", Kind: job.Unreachable, Sentence: "the answer was not whole within 10 s", fault: simtest.HangMidBody(), slow: true},
		{Name: "a byte a second", Happens: "the body comes a byte a second", Kind: job.Unreachable, Sentence: "the answer was not whole within 10 s", fault: simtest.SlowBytes(time.Second), slow: true},
		{Name: "unknown host", Happens: "the name server knows no such host", Kind: job.Unreachable, Sentence: "no host is named api.test", stage: nameServer(nxdomain)},
		{Name: "DNS failure", Happens: "the name server does not answer", Kind: job.Unreachable, Sentence: "the address of api.test can't be looked up (is the network up?)", stage: nameServer(servfail)},
		{Name: "proxy down", Happens: "the proxy refuses connections", Kind: job.Unreachable, Sentence: "proxy: connection refused by ADDRESS", stage: proxyDown},
		{Name: "proxy wants a login", Happens: "the proxy refuses to connect us", Kind: job.Unreachable, Sentence: "the proxy refuses the connection (HTTP 407: Proxy Authentication Required)", stage: proxyRefuses},
	}
}

func serviceFaults() []faultRow {
	const year = 365 * 24 * time.Hour
	inAMinute := func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		w.Header().Set("Date", "Sun, 06 Nov 1994 08:49:37 GMT") // its clock is decades behind
		simtest.Unavailable("Sun, 06 Nov 1994 08:50:37 GMT")(w, r, next)
	}
	limited := func(name, happens string, f simtest.Fault, code int, sentence string, pause time.Duration) faultRow {
		return faultRow{Name: name, Happens: happens, Kind: job.RateLimited, Code: code, Sentence: sentence, Pause: pause, fault: f}
	}
	return []faultRow{
		limited("429", "too many requests", simtest.TooMany("30"), 429, "the API wants fewer requests, and asks for a pause of 30 s", 30*time.Second),
		limited("429 without Retry-After", "too many requests, come back some time", simtest.TooMany(""), 429, "the API wants fewer requests", 0),
		limited("503", "unavailable", simtest.Unavailable("120"), 503, "the API is unavailable for now, and asks for a pause of 2 min", 2*time.Minute),
		limited("503 until a date", "unavailable until a date, by its own clock", inAMinute, 503, "the API is unavailable for now, and asks for a pause of 1 min", time.Minute),
		limited("503 without Retry-After", "unavailable for some time", simtest.Unavailable(""), 503, "the API is unavailable for now", 0),
		limited("503 for a negative time", "Retry-After: -5", simtest.Unavailable("-5"), 503, "the API is unavailable for now", 0),
		limited("503 for a year", "Retry-After: a year", simtest.Unavailable(strconv.Itoa(int(year.Seconds()))), 503, "the API is unavailable for now, and asks for a pause of 1 h or more", time.Hour),
		{Name: "500", Happens: "server error, with a web page", Kind: job.Trouble, Code: 500, Sentence: "the API has trouble: Internal Server Error", fault: simtest.Trouble(500)},
		{Name: "502", Happens: "the front server can't reach the service", Kind: job.Trouble, Code: 502, Sentence: "the API has trouble: Bad Gateway", fault: simtest.Trouble(502)},
		limited("403 with Retry-After", "forbidden for some time", simtest.Forbidden("30"), 403, "the API refuses requests for now, and asks for a pause of 30 s", 30*time.Second),
		{Name: "403", Happens: "forbidden, by a firewall perhaps", Kind: job.Refused, Code: 403, Sentence: "the API gave an unexpected answer: Forbidden", fault: simtest.Trouble(403)},
		{Name: "403 for a negative time", Happens: "Retry-After: -5", Kind: job.Refused, Code: 403, Sentence: "the API gave an unexpected answer: Forbidden", fault: simtest.Forbidden("-5")},
		{Name: "410", Happens: "the job was deleted", Kind: job.Refused, Code: 410, Sentence: "the API gave an unexpected answer: Gone", fault: simtest.Trouble(410)},
		{Name: "407", Happens: "the proxy wants a login", Kind: job.NotAPI, Code: 407, Sentence: "the proxy wants a login first", fault: simtest.Trouble(407)},
		{Name: "204", Happens: "no content", Kind: job.Trouble, Code: 204, Sentence: "the API gave an unexpected answer: No Content", fault: simtest.Answer(204, "", "")},
		{Name: "404", Happens: "the job is not known, or not yet", Kind: job.NotFound, Code: 404, Sentence: "the API does not know this job", fault: simtest.Answer(404, "application/json", `{"detail":"Job not found"}`)},
		{Name: "422", Happens: "the ID is not valid", Kind: job.Rejected, Code: 422, Sentence: "the API rejects this job ID: Input should be a valid UUID", fault: simtest.Answer(422, "application/json", `{"detail":[{"loc":["path","job_id",0],"msg":"Input should be a valid UUID","type":"uuid_parsing"}]}`)},
		{Name: "422 that echoes the ID", Happens: "the ID is not valid, and quoted", Kind: job.Rejected, Code: 422, Sentence: "the API rejects this job ID: SHORT… is not a job", fault: simtest.Answer(422, "application/json", `{"detail":"{id} is not a job"}`)},
		{Name: "login wanted", Happens: "511, from a hotel's network", Kind: job.NotAPI, Code: 511, Sentence: "the network wants a login first (a captive portal)", fault: simtest.Trouble(511)},
		{Name: "redirect to nowhere", Happens: "a redirect that names no place", Kind: job.Trouble, Code: 302, Sentence: "the API redirects to nowhere", fault: simtest.Answer(302, "", "")},
		{Name: "redirect loop", Happens: "redirects without end", Kind: job.NotAPI, Sentence: "redirected more than 3 times", fault: simtest.RedirectTimes(4)},
		{Name: "redirect to another host", Happens: "a captive portal's redirect", Kind: job.NotAPI, Sentence: "redirected to another host, login.hotel.example" + portal, fault: simtest.Redirect(302, "https://login.hotel.example/?from={path}")},
		{Name: "redirect to another port", Happens: "a redirect to another program of the host", Kind: job.NotAPI, Sentence: "redirected to another host, 127.0.0.1:22" + portal, fault: simtest.Redirect(302, "http://127.0.0.1:22/")},
		{Name: "redirect to garbage", Happens: "a redirect to what is no URL", Kind: job.NotAPI, Sentence: "redirected to something that is not a URL", fault: simtest.Redirect(302, "http://[{path}")},
		{Name: "redirect out of HTTP", Happens: "a redirect to a file", Kind: job.NotAPI, Sentence: "redirected to something other than http and https", fault: simtest.Redirect(302, "file:///etc/passwd")},
		{Name: "redirect from https to http", Happens: "a redirect that gives up the encryption", Kind: job.NotAPI, Sentence: "redirected from https to http, which is not safe", stage: downgrade},
	}
}

func answerFaults() []faultRow {
	notAPI := func(name, happens, sentence string, f simtest.Fault) faultRow {
		return faultRow{Name: name, Happens: happens, Kind: job.NotAPI, Code: 200, Sentence: sentence, fault: f}
	}
	wrong := func(field, value, sentence string) faultRow {
		body := strings.TrimSuffix(strings.Replace(status, `"`+field+`":"`, `"was":"`, 1), "}") + `,"` + field + `":` + value + "}"
		return notAPI("wrong type of "+field, field+" is "+value, sentence, simtest.JSON(body))
	}
	const damaged = "answered with damaged JSON, or none at all"
	return []faultRow{
		notAPI("captive portal", "200 with a hotel's web page", "answered with a web page instead of JSON"+portal, simtest.CaptivePortal()),
		notAPI("plain text", "200 with text", "answered with text/plain instead of JSON"+portal, simtest.Answer(200, "text/plain", "OK")),
		notAPI("another job's body as text", "JSON about another job, as text/plain", "answered about another job", simtest.Answer(200, "text/plain", `{"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"Done"}`)),
		notAPI("JSON as a web page", "the right JSON, as text/html", "answered with a web page instead of JSON"+portal, simtest.Labeled("text/html; charset=utf-8")),
		notAPI("a page that calls itself JSON", "200 with a web page as application/json", damaged, simtest.JSON("<html></html>")),
		notAPI("empty", "200 with no body", "answered with nothing", simtest.JSON("")),
		notAPI("truncated JSON", "the JSON ends in the middle", damaged, simtest.JSON(status)),
		notAPI("not an object", "the JSON is a list", "answered with JSON that is no job's status", simtest.JSON(`[]`)),
		notAPI("null", "the JSON is null", "answered with JSON that names no job", simtest.JSON(`null`)),
		notAPI("no status", "the status is missing", "answered without a status", simtest.JSON(`{"id":"{id}"}`)),
		notAPI("a status that says nothing", "the status is of spaces and characters without width", "answered without a status",
			simtest.JSON(`{"id":"{id}","status":" \u200b\u0000\t\u00a0"}`)),
		wrong("id", "7", "answered with a wrong number as the job's id"),
		wrong("status", "[1]", "answered with a list as the job's status"),
		wrong("description", "{}", "answered with an object as the job's description"),
		wrong("status_meta", "true", "answered with true or false as the job's status_meta"),
		wrong("path", "1.5", "answered with a wrong number as the job's path"),
		wrong("progress", `"0.5"`, "answered with a text as the job's progress"),
		wrong("progress", "1e999", "answered with a wrong number as the job's progress"),
		wrong("progress", "NaN", damaged),
		notAPI("another job's body", "the answer is about another job", "answered about another job", simtest.JSON(`{"id":"01890a5d-ac96-774b-bcce-b302099a8057","status":"Done"}`)),
		notAPI("depth 100,000", "lists within lists", damaged, simtest.JSON(status+`,"x":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}")),
		notAPI("5 GB", "a body of 5 GB", large, simtest.Huge(5<<30, false)),
		notAPI("5 GB, announced", "a body of 5 GB, and Content-Length says so", large, simtest.Huge(5<<30, true)),
		notAPI("gzip bomb", "a small body that unpacks to 4 MiB", large, simtest.GzipBomb(4<<20)),
		{Name: "damaged gzip", Happens: "a body that is not the gzip it says it is", Kind: job.NotAPI, Sentence: "answered with damaged compression", fault: damagedGzip},
		notAPI("unknown packing", "a Content-Encoding that nobody asked for", "answered with br compression, which jobwatch can't unpack", simtest.Packed("br", gzipped)),
		notAPI("packed without end", "a dozen Content-Encodings", "answered with more than 3 compressions", simtest.Packed(strings.Repeat("gzip,", 12), gzipped)),
		{Name: "damaged deflate", Happens: "a body that is not the deflate it says it is", Kind: job.NotAPI, Sentence: "answered with damaged compression", fault: simtest.Packed("deflate", unpacked)},
		{Name: "endless headers", Happens: "headers without end", Kind: job.NotAPI, Sentence: "answered with endless headers", fault: simtest.EndlessHeaders()},
		{Name: "no length", Happens: "a length that is no number", Kind: job.NotAPI, Sentence: "answered with something that is not HTTP", fault: simtest.HeadOf("Content-Length: some")},
		{Name: "strange packing", Happens: "a transfer encoding that nobody asked for", Kind: job.NotAPI, Sentence: "answered with something that is not HTTP", fault: simtest.HeadOf("Transfer-Encoding: gzip, chunked")},
		{Name: "not HTTP", Happens: "another protocol on the port", Kind: job.NotAPI, Sentence: "answered with something that is not HTTP", fault: simtest.NotHTTP()},
	}
}

func damagedGzip(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	w.Header().Set("Content-Encoding", "gzip")
	simtest.JSON("this is not gzip")(w, r, next)
}

func tlsFaults() []faultRow {
	failed := func(name, happens, sentence string, stage func(*testing.T) *Client) faultRow {
		return faultRow{Name: name, Happens: happens, Kind: job.Unreachable, Sentence: sentence, stage: stage}
	}
	day := func(days int) time.Time { return time.Now().AddDate(0, 0, days) }
	const form = "2 January 2006"
	return []faultRow{
		failed("expired certificate", "TLS with an expired certificate", "certificate expired on "+day(-1).UTC().Format(form), withCertificate("127.0.0.1", day(-30), day(-1))),
		failed("certificate of tomorrow", "TLS with a certificate that is not valid yet, or a clock that is behind", "certificate valid only from "+day(1).UTC().Format(form)+" on (is this computer's clock right?)", withCertificate("127.0.0.1", day(1), day(30))),
		failed("wrong host", "TLS with another host's certificate", "certificate is not for 127.0.0.1", withCertificate("10.1.2.3", day(-1), day(30))),
		failed("untrusted certificate", "TLS with a certificate that nobody vouches for", "certificate signed by an authority that this computer does not trust", withCertificate("127.0.0.1", day(-1), day(30))),
		failed("plain text on the port", "HTTP where HTTPS is expected", "answered without TLS (is it http:// instead of https://, or a captive portal?)", plainText),
	}
}

// Every row goes through the whole of net/http, most on loopback, the slow ones on
// a fake clock.
func TestEveryFaultIsToldInPeoplesWords(t *testing.T) {
	for _, row := range faultRows() {
		t.Run(row.Name, func(t *testing.T) {
			if row.slow {
				synctest.Test(t, row.run)
			} else {
				row.run(t)
			}
		})
	}
}

func (row faultRow) run(t *testing.T) {
	t.Helper()
	s := simtest.New()
	id := running(s)
	var c *Client
	switch {
	case row.stage != nil:
		c = row.stage(t)
	case row.slow:
		c = inBubble(t, s)
	default:
		c = newClient(t, serve(t, s), Options{})
	}
	if row.fault != nil {
		s.Break(row.fault)
	}

	begin := time.Now()
	_, err := c.Status(t.Context(), id)
	apiErr, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v, want an Error", err)
	}
	p := apiErr.Problem
	want := strings.NewReplacer("ADDRESS", address(c), "SHORT", id.Short()).Replace(row.Sentence)
	if p.Reason != want {
		t.Errorf("the user reads %q, want %q (cause: %v)", p.Reason, want, err)
	}
	if p.Kind != row.Kind || p.Code != row.Code || p.RetryAfter != row.Pause {
		t.Errorf("kind %d, code %d, pause %v; want %d, %d, %v", p.Kind, p.Code, p.RetryAfter, row.Kind, row.Code, row.Pause)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if text := strings.ToLower(e.Error()); strings.Contains(text, id.String()) || strings.Contains(text, "/job/") {
			t.Errorf("the error gives the job away: %s", text)
		}
	}
	if took := time.Since(begin); row.slow && took != timeout {
		t.Errorf("it took %v, want %v", took, timeout)
	}
	if row.fault == nil {
		return
	}
	s.Mend()
	if _, err := c.Status(t.Context(), id); err != nil {
		t.Errorf("the next request fails too: %v", err)
	}
}
