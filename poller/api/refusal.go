package api

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/jobwatch/poller/job"
)

const (
	maxDetails = 20  // validation messages that are kept
	maxLoc     = 16  // parts of a place in one
	maxDetail  = 500 // bytes of a text in one
)

// refusal makes an [Error] of an answer that is not 200.
func (c *Client) refusal(resp *http.Response) *Error {
	code := resp.StatusCode
	p := job.Problem{Code: code}
	mayPause := code == http.StatusForbidden || code == http.StatusTooManyRequests || code >= http.StatusInternalServerError
	if mayPause && sameOrigin(&c.base, resp.Request.URL) { // what other hosts want is not for the API
		p.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), resp.Header.Get("Date"), time.Now())
	}
	if code == http.StatusUnprocessableEntity {
		if body, err := c.read(resp); err == nil {
			p.Details = validation(unmark(*body))
			c.release(body)
		}
	} else {
		// Read what little there is, so that the connection can be used again. If that
		// fails, the status is known all the same.
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

// statusText is net/http's name of a status, not the server's.
func statusText(code int) string {
	if text := http.StatusText(code); text != "" {
		return ": " + text
	}
	return ""
}

// validation reads the details of a 422 (HTTPValidationError), as far as
// there are any. FastAPI applications also answer with a plain text as the detail.
func validation(body []byte) []job.Detail {
	var wire struct {
		Detail json.RawMessage `json:"detail"`
	}
	if json.Unmarshal(body, &wire) != nil {
		return nil
	}
	var text string
	if json.Unmarshal(wire.Detail, &text) == nil && text != "" {
		return []job.Detail{{Message: clip(text)}}
	}
	var items []json.RawMessage
	if json.Unmarshal(wire.Detail, &items) != nil {
		return nil
	}
	var details []job.Detail
	for _, item := range items[:min(len(items), maxDetails)] {
		var d struct {
			Loc  json.RawMessage `json:"loc"`
			Msg  json.RawMessage `json:"msg"`
			Type json.RawMessage `json:"type"`
		}
		if json.Unmarshal(item, &d) != nil {
			continue
		}
		if d := (job.Detail{Loc: place(d.Loc), Message: scalar(d.Msg), Type: scalar(d.Type)}); d != (job.Detail{}) {
			details = append(details, d)
		}
	}
	return details
}

// place joins a loc's strings and integers: "path.job_id".
func place(loc json.RawMessage) string {
	var parts []json.RawMessage
	if json.Unmarshal(loc, &parts) != nil {
		return scalar(loc)
	}
	var words []string
	for _, part := range parts[:min(len(parts), maxLoc)] {
		if w := scalar(part); w != "" {
			words = append(words, w)
		}
	}
	return clip(strings.Join(words, "."))
}

// scalar is the text of a JSON string or number, and nothing of anything else.
func scalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return clip(text)
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return clip(number.String())
	}
	return ""
}

// clip is quote for a detail, which may be longer.
func clip(s string) string { return quoteUpTo(s, maxDetail) }

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
