package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	maxRetryAfter = time.Hour // a longer pause counts as this
	maxPage       = 16 << 10  // bytes of an answer that are read
	maxDetails    = 20        // validation messages that are kept
)

// refusal makes an [Error] of an answer that is not 200.
func (c *Client) refusal(resp *http.Response) *Error {
	code := resp.StatusCode
	p := refused(code)
	p.Code = code
	mayPause := code == http.StatusForbidden || code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
	if mayPause && sameOrigin(&c.base, resp.Request.URL) { // another host's pause is not the API's
		p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), resp.Header.Get("Date"), time.Now())
	}
	// What little there is is read in any case, so that the connection can be reused.
	page, _ := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if code == http.StatusUnprocessableEntity {
		p.Details = validation(page)
	}
	if len(p.Details) > 0 && p.Details[0].Message != "" {
		p.Reason += ": " + p.Details[0].Message
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
func refused(code int) job.Problem {
	known := map[int]job.Problem{
		http.StatusNotFound:            {Kind: job.NotFound, Reason: "the API does not know this job"},
		http.StatusUnprocessableEntity: {Kind: job.Rejected, Reason: "the API rejects this job ID"},
		http.StatusTooManyRequests:     {Kind: job.RateLimited, Reason: "the API wants fewer requests"},
		http.StatusServiceUnavailable:  {Kind: job.RateLimited, Reason: "the API is unavailable for now"},
		http.StatusProxyAuthRequired:   {Kind: job.NotAPI, Reason: "the proxy wants a login first"},
		http.StatusNetworkAuthenticationRequired: {
			Kind: job.NotAPI, Reason: "the network wants a login first (a captive portal)",
		},
	}
	if p, ok := known[code]; ok {
		return p
	}
	unexpected := "the API gave an unexpected answer" + statusText(code)
	if code >= http.StatusInternalServerError {
		return job.Problem{Kind: job.Trouble, Reason: "the API has trouble" + statusText(code)}
	}
	if code >= http.StatusBadRequest {
		return job.Problem{Kind: job.Refused, Reason: unexpected}
	}
	if code >= http.StatusMultipleChoices {
		return job.Problem{Kind: job.Trouble, Reason: "the API redirects to nowhere"}
	}
	return job.Problem{Kind: job.Trouble, Reason: unexpected}
}

// statusText returns net/http's name of a status, not the server's.
func statusText(code int) string {
	if text := http.StatusText(code); text != "" {
		return ": " + text
	}
	return ""
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

// validation reads the details of an HTTPValidationError, as far as there are any. FastAPI
// applications also answer with a plain text as the detail.
func validation(body []byte) []job.Detail {
	var plain struct{ Detail string }
	if json.Unmarshal(body, &plain) == nil && plain.Detail != "" {
		return []job.Detail{{Message: quote(plain.Detail)}}
	}
	var wire struct {
		Detail []struct {
			Loc       []any // strings and integers
			Msg, Type string
		}
	}
	_ = json.Unmarshal(body, &wire) // what has other types is left out
	var details []job.Detail
	for _, item := range wire.Detail[:min(len(wire.Detail), maxDetails)] {
		loc := make([]string, len(item.Loc))
		for i, part := range item.Loc {
			loc[i] = fmt.Sprint(part)
		}
		d := job.Detail{Loc: quote(strings.Join(loc, ".")), Message: quote(item.Msg), Type: quote(item.Type)}
		if d != (job.Detail{}) {
			details = append(details, d)
		}
	}
	return details
}
