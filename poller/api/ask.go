package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"example.com/jobwatch/poller/panics"
)

const (
	maxBody   = 1 << 20  // bytes of an answer, unpacked; a real one is well below 1 KiB
	maxKept   = 64 << 10 // bytes of a buffer that is worth keeping
	maxUnread = 16 << 10 // bytes of an error's page that are read, so that its connection can be used again
)

// ask GETs a URL and returns what came, in a buffer to be given back with release, and
// the media type that it says it is. The error, if any, is for explain.
func (c *Client) ask(ctx context.Context, via *http.Client, u *url.URL) (body *[]byte, mediaType string, err error) {
	// http.NewRequest would parse the URL that we have just made, at every poll.
	req := (&http.Request{
		Method: http.MethodGet,
		URL:    u,
		Host:   u.Host,
		Header: c.header,
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	resp, err := send(via, req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, "", c.refusal(resp)
	}
	mediaType, _, _ = strings.Cut(resp.Header.Get("Content-Type"), ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	if mediaType == "text/html" || mediaType == "application/xhtml+xml" {
		return nil, "", notAPI("answered with a web page instead of JSON (a captive portal or proxy?)")
	}
	body, err = c.read(resp)
	return body, mediaType, err
}

// send makes a request, in the caller's goroutine even if it ends in a panic.
func send(via *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := via.Do(req)
	if e, ok := errors.AsType[*panics.Error](err); ok {
		panic(e)
	}
	return resp, err
}

// read takes the whole body, if it is not too large. The limit holds for what a
// packed one unpacks to.
func (c *Client) read(resp *http.Response) (*[]byte, error) {
	if resp.ContentLength > maxBody {
		return nil, notAPI(tooLarge)
	}
	body, err := Unpack(resp.Header, resp.Body)
	if err != nil {
		return nil, &bodyError{err}
	}
	buf, _ := c.buffers.Get().(*[]byte) // New makes nothing else
	b := (*buf)[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := body.Read(b[len(b):min(cap(b), maxBody+1)])
		b = b[:len(b)+n]
		*buf = b
		switch {
		case len(b) > maxBody:
			c.release(buf)
			return nil, notAPI(tooLarge)
		case err == io.EOF:
			return buf, nil
		case err != nil:
			c.release(buf)
			return nil, &bodyError{err}
		}
	}
}

// release gives a buffer back, unless one large answer has made it large for good.
func (c *Client) release(buf *[]byte) {
	if cap(*buf) <= maxKept {
		c.buffers.Put(buf)
	}
}

// mislabeled gives the error of an answer that could not be read: the given one, or if
// it neither says that it is JSON nor is, what it says that it is.
func mislabeled(mediaType string, body []byte, err error) error {
	if mediaType == "" || strings.HasSuffix(mediaType, "json") || json.Valid(body) {
		return err
	}
	return notAPI("answered with " + quote(mediaType) + " instead of JSON (a captive portal or proxy?)")
}
