package api

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	maxBody   = 1 << 20  // bytes of an answer, unpacked; a real one is well below 1 KiB
	maxKept   = 64 << 10 // bytes of a buffer that is worth keeping
	maxUnread = 16 << 10 // bytes of an error's page that are read, so that its connection can be used again
)

// ask GETs a URL and returns the JSON that came, in a buffer to be given back with
// release. The error, if any, is for explain.
func (c *Client) ask(ctx context.Context, via *http.Client, u *url.URL) (*[]byte, error) {
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
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil, c.refusal(resp)
	}
	if err := checkType(resp.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	return c.read(resp)
}

// read takes the whole body, if it is not too large. Compressed bodies come
// unpacked from net/http, so that the limit holds for what they unpack to.
func (c *Client) read(resp *http.Response) (*[]byte, error) {
	if resp.ContentLength > maxBody {
		return nil, notAPI(tooLarge)
	}
	buf, _ := c.buffers.Get().(*[]byte) // New makes nothing else
	b := (*buf)[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := resp.Body.Read(b[len(b):min(cap(b), maxBody+1)])
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

// checkType holds that an answer calls itself JSON. One that calls itself nothing
// may be, and the decoder will tell.
func checkType(contentType string) error {
	if contentType == "application/json" || contentType == "" {
		return nil
	}
	mediaType, _, _ := strings.Cut(contentType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	switch {
	case mediaType == "application/json",
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"):
		return nil
	case mediaType == "text/html", mediaType == "application/xhtml+xml":
		return notAPI("answered with a web page instead of JSON (a captive portal or proxy?)")
	}
	return notAPI("answered with " + quote(mediaType) + " instead of JSON (a captive portal or proxy?)")
}
