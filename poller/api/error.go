package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// Error is a failed request, in words for people and sorted by what to do next. It holds no
// job ID and no URL but the API's own without IDs, and may quote untrusted text.
type Error struct {
	Problem job.Problem
	cause   error
}

// Error returns the problem's sentence, with the HTTP status.
func (e *Error) Error() string {
	if e.Problem.Code == 0 || e.Problem.Code == http.StatusOK {
		return e.Problem.Reason
	}
	return fmt.Sprintf("%s (HTTP %d)", e.Problem.Reason, e.Problem.Code)
}

// Unwrap returns the network's error, if that was the cause.
func (e *Error) Unwrap() error { return e.cause }

const tooLarge = "answered with more than 1 MiB (a captive portal or proxy?)"

// notAPI returns the error of an answer with status 200 that is not the job API's.
func notAPI(reason string) error {
	return &Error{Problem: job.Problem{Kind: job.NotAPI, Code: http.StatusOK, Reason: reason}}
}

// bodyError is a failure after the headers.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

// explain makes an [Error] of whatever failed a request, or returns ctx's own error once ctx
// has ended.
func (c *Client) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if apiErr, ok := errors.AsType[*Error](err); ok {
		return apiErr
	}
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err // the rest of it is the URL, with the job's ID
	}
	kind, reason := c.reason(err)
	failed := &Error{Problem: job.Problem{Kind: kind, Reason: reason}, cause: err}
	if text := err.Error(); job.Shorten(text) != text || urlText.MatchString(text) {
		failed.cause = nil // it quotes what the server sent
	}
	return failed
}

// reason says in people's words why there was no answer, or not the API's.
func (c *Client) reason(err error) (job.Kind, string) {
	if reason := notHTTPReason(err); reason != "" {
		return job.NotAPI, reason
	}
	_, midBody := errors.AsType[*bodyError](err)
	proxy := ""
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		proxy = "proxy: "
	}
	if reason := tlsReason(err); reason != "" {
		return job.Unreachable, proxy + reason
	}
	if reason := socketReason(err); reason != "" && !midBody {
		return job.Unreachable, proxy + reason
	}
	text := err.Error() // net/http has no types for some errors
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case timeout != nil && timeout.Timeout() && midBody:
		return job.Unreachable, "the answer was not whole within " + inWords(c.timeout)
	case timeout != nil && timeout.Timeout():
		return job.Unreachable, proxy + "no answer within " + inWords(c.timeout)
	case midBody:
		return job.Unreachable, "the connection broke in the middle of the answer"
	case strings.Contains(text, "http2: client connection lost"): // a ping was not answered
		return job.Unreachable, proxy + "the connection was lost (is the network up?)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		strings.Contains(text, "stream error: "), strings.Contains(text, "http2: server sent GOAWAY"):
		return job.Unreachable, proxy + "the connection was closed before the answer"
	case strings.Contains(text, "malformed MIME header"): // half a line, and no more came
		return job.Unreachable, "the connection broke in the middle of the headers"
	case errors.Is(err, ErrPrivate):
		return job.NotAPI, ErrPrivate.Error()
	case errors.Is(err, errProxySetting):
		return job.Unreachable, errProxySetting.Error()
	}
	if refused, ok := errors.AsType[*proxyError](err); ok {
		return job.Unreachable, refused.Error()
	}
	return job.Unreachable, proxy + "no answer: " + quote(text)
}

// notHTTPReason explains answers that cannot be the API's; "" for other errors.
func notHTTPReason(err error) string {
	if redirect, ok := errors.AsType[*redirectError](err); ok {
		return redirect.reason
	}
	if Damaged(err) {
		return "answered with damaged compression"
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "response header list larger"):
		return "answered with endless headers"
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "Content-Length"), strings.Contains(text, "unsupported transfer encoding"):
		return "answered with something that is not HTTP"
	case strings.Contains(text, "failed to parse Location"):
		return "redirected to something that is not a URL"
	}
	return ""
}

// tlsReason explains errors of TLS; "" for other errors.
func tlsReason(err error) string {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		const day = "2 January 2006"
		if strings.Contains(e.Detail, "is before") { // the only way to know
			return "certificate valid only from " + e.Cert.NotBefore.Format(day) + " on (is this computer's clock right?)"
		}
		return "certificate expired on " + e.Cert.NotAfter.Format(day)
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return "certificate is not for " + quote(e.Host)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "certificate signed by an authority that this computer does not trust"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate not valid"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "answered without TLS (is it http:// instead of https://, or a captive portal?)"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "no safe connection (TLS) could be agreed on"
	}
	return ""
}

// Winsock's error numbers. Package syscall has others for the same names on Windows, which
// sockets never return.
const (
	errWSANetUnreachable  = syscall.Errno(10051)
	errWSAAborted         = syscall.Errno(10053)
	errWSAReset           = syscall.Errno(10054)
	errWSARefused         = syscall.Errno(10061)
	errWSAHostUnreachable = syscall.Errno(10065)
)

// socketReason explains errors of the operating system; "" for other errors.
func socketReason(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "no host is named " + quote(dns.Name)
		}
		return "the address of " + quote(dns.Name) + " can't be looked up (is the network up?)"
	}
	who := ""
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if op.Addr != nil {
			who = " by " + op.Addr.String()
		}
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.ECONNREFUSED, errWSARefused:
		return "connection refused" + who
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, errWSAReset, errWSAAborted:
		return "connection reset" + who
	case syscall.ENETUNREACH, syscall.EHOSTUNREACH, errWSANetUnreachable, errWSAHostUnreachable:
		return "no way to the host (is the network up?)"
	default:
		return ""
	}
}

// urlText matches what a quotation must not show besides job IDs: a URL may be signed.
var urlText = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S*`)

// maxQuote is the longest quotation of untrusted text in a sentence, in bytes.
const maxQuote = 200

// quote makes untrusted text fit for a sentence: one short line without secrets.
func quote(s string) string { return quoteUpTo(s, maxQuote) }

func quoteUpTo(s string, n int) string {
	if len(s) > 4*n {
		// An ID that is cut in two would not be recognized below.
		s = strings.TrimRight(truncate(s, 4*n), "0123456789abcdefABCDEF-")
	}
	separates := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), separates), " ")
	s = urlText.ReplaceAllString(s, "(a URL)")
	return truncate(job.Shorten(s), n)
}

// truncate returns at most n bytes of s, in whole runes. It copies what it cuts.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.Clone(s[:n])
}
