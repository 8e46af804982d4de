package api

import (
	"bufio"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"example.com/jobwatch/poller/job"
)

const (
	maxText       = 4 << 10   // bytes of a text that are kept
	maxQuote      = 500       // bytes of an untrusted text that are quoted
	maxStatus     = 64        // bytes of a status word that are kept
	maxRetryAfter = time.Hour // a longer pause counts as this
)

// decode reads a status, which must be the wanted job's. Any error is an [Error].
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
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case len(body) == 0:
		return "nothing"
	case !ok:
		return "damaged JSON, or none at all"
	case e.Field == "":
		return "JSON that is no job's status"
	}
	types := map[string]string{"array": "a list", "object": "an object", "bool": "true or false", "string": "a text"}
	return cmp.Or(types[e.Value], "a wrong number") + " as the job's " + e.Field
}

// unpack undoes the Content-Encoding of an answer, whose length is not known then. A body that
// is not compressed, and one in an unknown encoding such as utf-8, are left as they are.
func unpack(resp *http.Response) error {
	encoding := strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ","))
	for _, name := range []string{"br", "zstd", "compress"} {
		if strings.Contains(encoding, name) {
			return notAPI("answered with " + name + " compression, which jobwatch can't unpack")
		}
	}
	deflate := strings.Contains(encoding, "deflate")
	if !deflate && !strings.Contains(encoding, "gzip") {
		return nil
	}
	buffered := bufio.NewReader(resp.Body)
	var plain io.Reader = buffered
	var err error
	switch head, _ := buffered.Peek(2); {
	case len(head) < 2: // reading has the error
	case string(head) == "\x1f\x8b":
		plain, err = gzip.NewReader(buffered)
	case head[0]&0x0f == 8 && binary.BigEndian.Uint16(head)%31 == 0: // deflate by the standard
		plain, err = zlib.NewReader(buffered)
	case deflate: // and bare, as it is in practice
		plain = flate.NewReader(buffered)
	}
	resp.ContentLength = -1
	resp.Body = struct {
		io.Reader
		io.Closer
	}{plain, resp.Body}
	return err
}

// Damaged reports whether an error means that a compressed body is damaged.
func Damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zlib.ErrChecksum)
}

// refusal makes an [Error] of an answer that is not 200.
func (c *Client) refusal(resp *http.Response) *Error {
	code := resp.StatusCode
	p := job.Problem{Code: code}
	p.Kind, p.Reason = refused(code)
	switch own, given := c.isOrigin(resp.Request.URL), len(c.headers) > 0; {
	case code == http.StatusForbidden && own:
		p.Reason = "the API forbids this: are there headers with credentials that may read this job?"
	case code == http.StatusUnauthorized && own && given:
		p.Reason = "the API refuses the credentials in headers"
	case code == http.StatusUnauthorized && own:
		p.Reason = "the API wants credentials: set headers in the config file or --header"
	case code == http.StatusUnauthorized && given:
		p.Reason = quote(resp.Request.URL.Host) + " wants credentials, but headers are for --api's own scheme, host and port"
	}
	mayPause := code == http.StatusForbidden || code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
	if mayPause && sameOrigin(&c.base, resp.Request.URL) { // another host's pause is not the API's
		p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), resp.Header.Get("Date"), time.Now())
	}
	// What little there is is read in any case, so that the connection can be reused.
	page, _ := io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	if said := validation(page); code == http.StatusUnprocessableEntity && said != "" {
		p.Reason += ": " + said
	}
	if code == http.StatusForbidden && p.RetryAfter > 0 {
		p.Kind, p.Reason = job.RateLimited, "the API refuses requests for now"
	}
	if p.Kind == job.RateLimited && p.RetryAfter > 0 {
		p.Reason += ", and asks for a pause of " + inWords(p.RetryAfter)
	}
	return &Error{Problem: p}
}

// refused returns what a status other than 200 means.
func refused(code int) (job.Kind, string) {
	switch {
	case code == http.StatusNotFound:
		return job.NotFound, "the API does not know this job"
	case code == http.StatusUnprocessableEntity:
		return job.Rejected, "the API rejects this job ID"
	case code == http.StatusTooManyRequests:
		return job.RateLimited, "the API wants fewer requests"
	case code == http.StatusServiceUnavailable:
		return job.RateLimited, "the API is unavailable for now"
	case code == http.StatusProxyAuthRequired:
		return job.NotAPI, proxyWants
	case code == http.StatusNetworkAuthenticationRequired:
		return job.NotAPI, "the network wants a login first (a captive portal)"
	case code >= http.StatusInternalServerError:
		return job.Trouble, "the API has trouble" + statusText(code)
	case code >= http.StatusBadRequest:
		return job.Refused, "the API gave an unexpected answer" + statusText(code)
	case code >= http.StatusMultipleChoices:
		return job.Trouble, "the API redirects to nowhere"
	}
	return job.Trouble, "the API gave an unexpected answer" + statusText(code)
}

// statusText returns net/http's name of a status, not the server's.
func statusText(code int) string {
	return strings.TrimSuffix(": "+http.StatusText(code), ": ")
}

// retryAfter reads a Retry-After header (RFC 9110, section 10.2.3), seconds or a date. A date
// is read against the response's own Date header, since the two clocks may differ by hours.
// The result is 0 if the header makes no sense, and at most [maxRetryAfter].
func retryAfter(value, date string, now time.Time) time.Duration {
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(date); err == nil {
		now = sent
	}
	return min(max(until.Sub(now), 0), maxRetryAfter)
}

// inWords writes a pause as people would say it.
func inWords(pause time.Duration) string {
	if pause == maxRetryAfter {
		return "1 h or more"
	}
	if pause >= 10*time.Minute || pause%time.Minute == 0 {
		return fmt.Sprintf("%.0f min", pause.Minutes())
	}
	return fmt.Sprintf("%.0f s", pause.Seconds())
}

// validation returns what an HTTPValidationError says, "" if it says nothing. FastAPI
// applications also answer with a plain text as the detail.
func validation(body []byte) string {
	var plain struct{ Detail string }
	if json.Unmarshal(body, &plain) == nil {
		return quote(plain.Detail)
	}
	var wire struct{ Detail []struct{ Msg string } }
	_ = json.Unmarshal(body, &wire) // what has other types is left out
	var said []string
	for _, item := range wire.Detail {
		if item.Msg != "" {
			said = append(said, item.Msg)
		}
	}
	return quote(strings.Join(said, "; "))
}
