package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"example.com/jobwatch/poller/job"
)

// explain makes an [Error] of whatever failed a request, or gives ctx's own error
// once ctx has ended.
func (c *Client) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if apiErr, ok := errors.AsType[*Error](err); ok {
		return apiErr
	}
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err // the rest of it is the URL, with the job's ID in it
	}
	kind, reason := c.reason(err)
	told := &Error{Problem: job.Problem{Kind: kind, Reason: reason}, cause: err}
	if text := err.Error(); job.Shorten(text) != text || urlText.MatchString(text) {
		told.cause = nil // it quotes what the server sent
	}
	return told
}

// reason says in people's words why there was no answer, or not the API's.
func (c *Client) reason(err error) (job.Kind, string) {
	if reason, ok := notHTTPReason(err); ok {
		return job.NotAPI, reason
	}
	_, midBody := errors.AsType[*bodyError](err)
	proxy := ""
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		proxy = "proxy: "
	}
	if reason, ok := tlsReason(err); ok {
		return job.Unreachable, proxy + reason
	}
	if reason, ok := socketReason(err); ok && !midBody {
		return job.Unreachable, proxy + reason
	}
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case timeout != nil && timeout.Timeout() && midBody:
		return job.Unreachable, "the answer was not whole within " + inWords(c.timeout)
	case timeout != nil && timeout.Timeout():
		return job.Unreachable, proxy + "no answer within " + inWords(c.timeout)
	case midBody:
		return job.Unreachable, "the connection broke in the middle of the answer"
	case strings.Contains(err.Error(), "http2: client connection lost"): // to our ping came nothing
		return job.Unreachable, proxy + "the connection was lost (is the network up?)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), brokenStream(err):
		return job.Unreachable, proxy + "the connection was closed before the answer"
	case strings.Contains(err.Error(), "malformed MIME header"): // of half a line, no more having come
		return job.Unreachable, "the connection broke in the middle of the headers"
	case errors.Is(err, ErrPrivate):
		return job.NotAPI, ErrPrivate.Error()
	case errors.Is(err, errProxySetting):
		return job.Unreachable, errProxySetting.Error()
	}
	if refused, ok := errors.AsType[*proxyError](err); ok {
		return job.Unreachable, refused.Error()
	}
	return job.Unreachable, proxy + "no answer: " + quote(err.Error())
}

// brokenStream reports whether the server closed what an answer was to come on in the
// manner of HTTP/2, for whose errors net/http has no types.
func brokenStream(err error) bool {
	text := err.Error()
	return strings.Contains(text, "stream error: ") || strings.Contains(text, "http2: server sent GOAWAY")
}

// notHTTPReason knows the errors of answers that came, but can't be the API's.
func notHTTPReason(err error) (string, bool) {
	if redirect, ok := errors.AsType[*redirectError](err); ok {
		return redirect.reason, true
	}
	if Damaged(err) {
		return "answered with damaged compression", true
	}
	// net/http has no types for these.
	text := err.Error()
	switch {
	case strings.Contains(text, "response headers exceeded"), strings.Contains(text, "response header list larger"):
		return "answered with endless headers", true
	case strings.Contains(text, "malformed HTTP"), strings.Contains(text, "Content-Length"), strings.Contains(text, "unsupported transfer encoding"):
		return "answered with something that is not HTTP", true
	case strings.Contains(text, "failed to parse Location"):
		return "redirected to something that is not a URL", true
	}
	return "", false
}

// tlsReason knows what goes wrong while a connection is made safe.
func tlsReason(err error) (string, bool) {
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		const day = "2 January 2006"
		if strings.Contains(e.Detail, "is before") { // the only way to tell
			return "certificate valid only from " + e.Cert.NotBefore.Format(day) + " on (is this computer's clock right?)", true
		}
		return "certificate expired on " + e.Cert.NotAfter.Format(day), true
	}
	if e, ok := errors.AsType[x509.HostnameError](err); ok {
		return "certificate is not for " + quote(e.Host), true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "certificate signed by an authority that this computer does not trust", true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate not valid", true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "answered without TLS (is it http:// instead of https://, or a captive portal?)", true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "no safe connection (TLS) could be agreed on", true
	}
	return "", false
}

// socketReason knows what the operating system says.
func socketReason(err error) (string, bool) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "no host is named " + quote(dns.Name), true
		}
		return "the address of " + quote(dns.Name) + " can't be looked up (is the network up?)", true
	}
	who := ""
	for op, ok := errors.AsType[*net.OpError](err); ok; op, ok = errors.AsType[*net.OpError](op.Err) {
		if op.Addr != nil {
			who = " by " + op.Addr.String()
		}
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	switch errno {
	case errRefused:
		return "connection refused" + who, true
	case errReset, errAborted, errPipe:
		return "connection reset" + who, true
	case errNetUnreachable, errHostUnreachable:
		return "no way to the host (is the network up?)", true
	default:
		return "", false
	}
}
