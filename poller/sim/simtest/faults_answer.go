package simtest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"compress/zlib"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Faults whose answers are valid HTTP, but not what was asked for.

// Trouble answers an HTTP status with a web page, as a front server does for a
// service that is down.
func Trouble(code int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		page(w, code, strconv.Itoa(code)+" "+http.StatusText(code))
	}
}

// TooMany answers 429, with a Retry-After unless it is empty.
func TooMany(retryAfter string) Fault { return pause(http.StatusTooManyRequests, retryAfter) }

// Unavailable answers 503, with a Retry-After unless it is empty.
func Unavailable(retryAfter string) Fault { return pause(http.StatusServiceUnavailable, retryAfter) }

// Forbidden answers 403, with a Retry-After unless it is empty.
func Forbidden(retryAfter string) Fault { return pause(http.StatusForbidden, retryAfter) }

func pause(code int, retryAfter string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		Trouble(code)(w, r, next)
	}
}

// Delay answers correctly, but late.
func Delay(d time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if wait(r, d) {
			next(w, r)
		}
	}
}

// wait waits, unless the client goes away first.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// page answers with a web page.
func page(w http.ResponseWriter, code int, title string) {
	write(w, code, "text/html; charset=utf-8",
		[]byte("<!doctype html><html><head><title>"+title+"</title></head><body><h1>"+title+"</h1></body></html>\n"))
}

// CaptivePortal answers any request with 200 and the page of a hotel's network.
func CaptivePortal() Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		page(w, http.StatusOK, "Welcome! Please accept our terms to go online")
	}
}

// Answer answers a status, content type and body. {id} in the body stands for the ID
// that was asked for.
func Answer(code int, contentType, body string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		_, id := RouteOf(r)
		write(w, code, contentType, []byte(strings.ReplaceAll(body, "{id}", id)))
	}
}

// JSON is [Answer] for a good status and content type.
func JSON(body string) Fault { return Answer(http.StatusOK, "application/json", body) }

// Huge answers a valid status with a description of so many bytes. declared adds a
// Content-Length.
func Huge(size int64, declared bool) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		_, id := RouteOf(r)
		head := `{"id":"` + id + `","status":"Processing","description":"`
		const tail = `"}`
		w.Header().Set("Content-Type", "application/json")
		if declared {
			w.Header().Set("Content-Length", strconv.FormatInt(size+int64(len(head)+len(tail)), 10))
		}
		_, _ = io.Copy(w, io.MultiReader(strings.NewReader(head), io.LimitReader(letters{}, size), strings.NewReader(tail)))
	}
}

// letters is an endless text.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// GzipBomb answers with a small body that unpacks to so many bytes.
func GzipBomb(size int64) Fault {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.Copy(z, io.LimitReader(letters{}, size)) // a bytes.Buffer takes everything
	_ = z.Close()
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Encoding", "gzip")
		write(w, http.StatusOK, "application/json", packed.Bytes())
	}
}

// Changed answers correctly, with the headers and the body changed.
func Changed(change func(h http.Header, body []byte) []byte) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		kept := &kept{header: http.Header{}}
		next(kept, r)
		body := change(kept.header, kept.body.Bytes())
		maps.Copy(w.Header(), kept.header)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(cmp.Or(kept.code, http.StatusOK))
		_, _ = w.Write(body)
	}
}

// kept is an answer that is not sent yet.
type kept struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) WriteHeader(code int)        { k.code = code }
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// Labeled answers correctly, with another Content-Type.
func Labeled(contentType string) Fault {
	return Changed(func(h http.Header, body []byte) []byte {
		h["Content-Type"] = []string{contentType} // "" keeps net/http from guessing
		return body
	})
}

// Before answers correctly, after a text that does not belong there, such as a byte-order
// mark.
func Before(text string) Fault {
	return Changed(func(_ http.Header, body []byte) []byte { return append([]byte(text), body...) })
}

// Packed answers correctly, in a Content-Encoding that the client may not have asked for. The
// body is not packed if pack is nil.
func Packed(encoding string, pack func(io.Writer) io.WriteCloser) Fault {
	return Changed(func(h http.Header, body []byte) []byte {
		h.Set("Content-Encoding", encoding)
		if pack == nil {
			return body
		}
		var b bytes.Buffer
		z := pack(&b)
		_, _ = z.Write(body) // a bytes.Buffer takes everything
		_ = z.Close()
		return b.Bytes()
	})
}

// Gzip is for [Packed].
func Gzip(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

// Zlib is deflate by the standard.
func Zlib(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

// Under serves below a path, as a proxy does that removes it from requests. Elsewhere nothing
// is found.
func Under(prefix string) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		path, ok := strings.CutPrefix(r.URL.Path, prefix)
		if !ok {
			Trouble(http.StatusNotFound)(w, r, next)
			return
		}
		inside := r.Clone(r.Context())
		inside.URL.Path = path
		next(w, inside)
	}
}

// Redirect redirects to a target, in which {path} stands for the path of the request.
func Redirect(code int, to string) Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Location", strings.ReplaceAll(to, "{path}", r.URL.Path))
		w.WriteHeader(code)
	}
}

// RedirectTimes redirects so many times before it answers.
func RedirectTimes(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		been, _ := strconv.Atoi(r.URL.Query().Get("been"))
		if been >= n {
			next(w, r)
			return
		}
		w.Header().Set("Location", "?been="+strconv.Itoa(been+1))
		w.WriteHeader(http.StatusTemporaryRedirect)
	}
}
