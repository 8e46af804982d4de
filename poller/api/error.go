package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// Error is a request that failed, told for people and sorted by what to do next.
// Its texts never hold a job's ID nor a URL, but for the API's own without IDs, and may
// quote untrusted text.
type Error struct {
	Problem job.Problem
	cause   error
}

// Error is the problem's sentence, with the HTTP status that it came with.
func (e *Error) Error() string {
	if e.Problem.Code == 0 || e.Problem.Code == http.StatusOK {
		return e.Problem.Reason
	}
	return fmt.Sprintf("%s (HTTP %d)", e.Problem.Reason, e.Problem.Code)
}

// Unwrap gives the network's error, if that was the cause.
func (e *Error) Unwrap() error { return e.cause }

const tooLarge = "answered with more than 1 MiB (a captive portal or proxy?)"

// notAPI is an answer, 200 by its status, that is not the job API's.
func notAPI(reason string) error {
	return &Error{Problem: job.Problem{Kind: job.NotAPI, Code: http.StatusOK, Reason: reason}}
}

// bodyError is a failure after the headers had come.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// urlText is what a quotation must not give away besides job IDs: a URL may be signed.
var urlText = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S*`)

// maxQuote is the longest quotation of untrusted text in a sentence, in bytes.
const maxQuote = 200

// quote makes untrusted text fit to stand in a sentence: one line, not long, and
// without secrets.
func quote(s string) string { return quoteUpTo(s, maxQuote) }

func quoteUpTo(s string, n int) string {
	if len(s) > 4*n {
		// An ID that is cut in two would not be recognised below.
		s = strings.TrimRight(cut(s, 4*n), "0123456789abcdefABCDEF-")
	}
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), notInLine), " ")
	s = urlText.ReplaceAllString(s, "(a URL)")
	return cut(job.Shorten(s), n)
}

func notInLine(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// cut shortens s to at most n bytes of whole runes, in memory of its own when
// anything is cut off.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n])
}
