package api

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"example.com/jobwatch/poller/job"
)

// Error is a failed request, in words for people and sorted by what to do next. It holds no
// job ID and no URL but the API's own without IDs, and may quote untrusted text.
type Error struct {
	Problem job.Problem
}

// Error returns the problem's sentence, with the HTTP status.
func (e *Error) Error() string {
	if e.Problem.Code == 0 || e.Problem.Code == http.StatusOK {
		return e.Problem.Reason
	}
	return fmt.Sprintf("%s (HTTP %d)", e.Problem.Reason, e.Problem.Code)
}

// notAPI returns the error of an answer with status 200 that is not the job API's.
func notAPI(reason string) *Error {
	return &Error{Problem: job.Problem{Kind: job.NotAPI, Code: http.StatusOK, Reason: reason}}
}

// fail returns an error without an HTTP status.
func fail(kind job.Kind, reason string) *Error {
	return &Error{Problem: job.Problem{Kind: kind, Reason: reason}}
}

var (
	errPath = fail(job.NotAPI, "the API names an output that is not an http or https URL")
	// ErrPrivate stops a link from a public API into the user's private network.
	ErrPrivate = fail(job.NotAPI, "the link leads to this computer or its private network, which the API has no business with")
)

// explain makes an [Error] of whatever failed a request, or returns ctx's error once that ended.
func (c *Client) explain(ctx context.Context, err error, midBody bool) error {
	if deadline, ok := ctx.Deadline(); ok && !time.Now().Before(deadline) { // a dial may notice it before ctx does
		return context.DeadlineExceeded
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // the rest of it is the URL, with the job's ID
	}
	proxy := ""
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		proxy, err = "proxy: ", op.Err
	}
	kind, reason := c.reason(err, midBody)
	return fail(kind, proxy+reason)
}

// reason says in people's words why there was no answer, or not the API's.
func (c *Client) reason(err error, midBody bool) (job.Kind, string) {
	if Damaged(err) {
		return job.NotAPI, "answered with damaged compression"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return job.Unreachable, "no host is named " + quote(dns.Name)
		}
		return job.Unreachable, "the address of " + quote(dns.Name) + " can't be looked up (is the network up?)"
	}
	late, ok := errors.AsType[net.Error](err)
	_, socket := errors.AsType[*net.OpError](err) // which gives up at times of its own
	timedOut := ok && late.Timeout() && !socket
	switch reason := cmp.Or(tlsReason(err), socketReason(err)); {
	case timedOut && midBody:
		return job.Unreachable, "the answer was not whole within " + inWords(c.timeout)
	case timedOut:
		return job.Unreachable, "no answer within " + inWords(c.timeout)
	case midBody:
		return job.Unreachable, "the connection broke in the middle of the answer"
	case reason != "":
		return job.Unreachable, reason
	}
	const closed = "the connection was closed before the answer"
	for _, known := range []struct { // net/http has no types for these
		text   string
		kind   job.Kind
		reason string
	}{
		{"response headers exceeded", job.NotAPI, "answered with endless headers"},
		{"response header list larger", job.NotAPI, "answered with endless headers"},
		{"malformed HTTP", job.NotAPI, "answered with something that is not HTTP"},
		{"Content-Length", job.NotAPI, "answered with something that is not HTTP"},
		{"unsupported transfer encoding", job.NotAPI, "answered with something that is not HTTP"},
		{"failed to parse Location", job.NotAPI, "redirected to something that is not a URL"},
		{"malformed MIME header", job.Unreachable, "the connection broke in the middle of the headers"}, // half a line
		{"http2: client connection lost", job.Unreachable, "the connection was lost (is the network up?)"},
		{"http2: server sent GOAWAY", job.Unreachable, closed},
		{"stream error: ", job.Unreachable, closed},
		{"closed network connection", job.Unreachable, closed},
		{"EOF", job.Unreachable, closed},
	} {
		if strings.Contains(err.Error(), known.text) {
			return known.kind, known.reason
		}
	}
	return job.Unreachable, "no answer: " + quote(err.Error())
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

// socketReason explains errors of the operating system; "" for other errors. The numbers are
// Winsock's: package syscall has others for the same names on Windows.
func socketReason(err error) string {
	who, from := "", ""
	op, ok := errors.AsType[*net.OpError](err)
	if ok && op.Addr != nil {
		who, from = " by "+op.Addr.String(), " from "+op.Addr.String()
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case syscall.ECONNREFUSED, 10061:
		return "connection refused" + who
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, 10053, 10054:
		return "connection reset" + who
	case syscall.ENETUNREACH, syscall.EHOSTUNREACH, 10051, 10065:
		return "no way to the host (is the network up?)"
	default:
		if ok && op.Timeout() {
			return "no answer" + from
		}
		return ""
	}
}

// quote makes untrusted text fit for a sentence: one short line without secrets.
func quote(s string) string {
	separates := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), separates), " ")
	return truncate(job.Scrub(s), maxQuote)
}

// truncate returns a copy of at most n bytes of a text, in whole runes.
func truncate(s string, n int) string {
	return strings.Clone(strings.ToValidUTF8(s[:min(len(s), n)], ""))
}
