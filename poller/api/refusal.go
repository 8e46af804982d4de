package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	maxRetryAfter = time.Hour // a longer pause counts as this

	maxDetails = 20  // validation messages that are kept
	maxLoc     = 16  // parts of a loc that are kept
	maxDetail  = 500 // bytes of a text in a message
)

// refusal makes an [Error] of an answer that is not 200.
func (c *Client) refusal(resp *http.Response) *Error {
	code := resp.StatusCode
	p := job.Problem{Code: code}
	mayPause := code == http.StatusForbidden || code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
	if mayPause && sameOrigin(&c.base, resp.Request.URL) { // another host's pause is not the API's
		p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), resp.Header.Get("Date"), time.Now())
	}
	if code == http.StatusUnprocessableEntity {
		if body, err := read(resp); err == nil {
			p.Details = validation(body)
		}
	} else {
		// Read what little there is, so that the connection can be reused.
		_, _ = io.CopyN(io.Discard, resp.Body, maxUnread)
	}
	switch {
	case code == http.StatusNotFound:
		p.Kind, p.Reason = job.NotFound, "the API does not know this job"
	case code == http.StatusUnprocessableEntity:
		p.Kind, p.Reason = job.Rejected, "the API rejects this job ID"
		if len(p.Details) > 0 && p.Details[0].Message != "" {
			p.Reason += ": " + p.Details[0].Message
		}
	case code == http.StatusTooManyRequests:
		p.Kind, p.Reason = job.RateLimited, "the API wants fewer requests"
	case code == http.StatusForbidden && p.RetryAfter > 0:
		p.Kind, p.Reason = job.RateLimited, "the API refuses requests for now"
	case code == http.StatusServiceUnavailable:
		p.Kind, p.Reason = job.RateLimited, "the API is unavailable for now"
	case code == http.StatusProxyAuthRequired:
		p.Kind, p.Reason = job.NotAPI, "the proxy wants a login first"
	case code == http.StatusNetworkAuthenticationRequired:
		p.Kind, p.Reason = job.NotAPI, "the network wants a login first (a captive portal)"
	case code >= http.StatusInternalServerError:
		p.Kind, p.Reason = job.Trouble, "the API has trouble"+statusText(code)
	case code >= http.StatusBadRequest:
		p.Kind, p.Reason = job.Refused, "the API gave an unexpected answer"+statusText(code)
	case code >= http.StatusMultipleChoices:
		p.Kind, p.Reason = job.Trouble, "the API redirects to nowhere"
	default:
		p.Kind, p.Reason = job.Trouble, "the API gave an unexpected answer"+statusText(code)
	}
	if p.RetryAfter > 0 && p.Kind == job.RateLimited {
		p.Reason += ", and asks for a pause of " + inWords(p.RetryAfter)
		if p.RetryAfter == maxRetryAfter {
			p.Reason += " or more"
		}
	}
	return &Error{Problem: p}
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
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		n, err := strconv.Atoi(value)
		if err != nil || n > int(maxRetryAfter/time.Second) { // more digits than an int has
			return maxRetryAfter
		}
		return time.Duration(n) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(strings.TrimSpace(date)); err == nil {
		now = sent
	}
	return min(max(until.Sub(now), 0), maxRetryAfter)
}

// validation reads the details of an HTTPValidationError, as far as there are any. FastAPI
// applications also answer with a plain text as the detail.
func validation(body []byte) []job.Detail {
	var wire struct{ Detail any }
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&wire) != nil {
		return nil
	}
	if text := scalar(wire.Detail); text != "" {
		return []job.Detail{{Message: text}}
	}
	items, _ := wire.Detail.([]any)
	var details []job.Detail
	for _, item := range items[:min(len(items), maxDetails)] {
		fields, _ := item.(map[string]any)
		d := job.Detail{Loc: joinLoc(fields["loc"]), Message: scalar(fields["msg"]), Type: scalar(fields["type"])}
		if d != (job.Detail{}) {
			details = append(details, d)
		}
	}
	return details
}

// joinLoc joins a loc's strings and integers: "path.job_id".
func joinLoc(loc any) string {
	parts, ok := loc.([]any)
	if !ok {
		return scalar(loc)
	}
	var words []string
	for _, part := range parts[:min(len(parts), maxLoc)] {
		if w := scalar(part); w != "" {
			words = append(words, w)
		}
	}
	return quoteUpTo(strings.Join(words, "."), maxDetail)
}

// scalar returns the text of a JSON string or number, and "" for anything else.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return quoteUpTo(v, maxDetail)
	case json.Number:
		return quoteUpTo(v.String(), maxDetail)
	}
	return ""
}

// inWords writes a length of time as people would say it.
func inWords(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	case d >= 10*time.Minute || (d >= time.Minute && d%time.Minute == 0):
		return strconv.Itoa(int(d.Round(time.Minute)/time.Minute)) + " min"
	}
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64) + " s"
}
