package simtest

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"example.com/jobwatch/poller/sim"
)

// Faults of outputs and files.

// ExpiredLink refuses the link to the file as object storage does when it has expired.
func ExpiredLink() Fault {
	return On(FilePage, Answer(http.StatusForbidden, "application/xml",
		`<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>`))
}

// OutputURL makes the output name another URL, such as one that must not be followed.
func OutputURL(u string) Fault {
	return On(OutputPage, JSON(`{"url":`+strconv.Quote(u)+`}`))
}

// CutShort ends the file in the middle, though Content-Length names the whole.
func CutShort() Fault {
	return On(FilePage, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		pdf := sim.PDF("Cut short")
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Length", strconv.Itoa(len(pdf)))
		_, _ = w.Write(pdf[:len(pdf)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
}

// HeldFile sends the beginning of the file, tells that it did, and then sends nothing.
func HeldFile(began chan<- struct{}) Fault {
	return On(FilePage, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write([]byte("%PDF-1.4\n"))
		_ = http.NewResponseController(w).Flush()
		select {
		case began <- struct{}{}:
		case <-r.Context().Done():
		}
		<-r.Context().Done()
	})
}

// NotPDF answers a web page instead of the file, and labels it as a PDF.
func NotPDF() Fault {
	return On(FilePage, Answer(http.StatusOK, "application/pdf", "<html><body>Sign in to continue</body></html>"))
}

// NamedFile answers the file with a name of the server's choice, such as "../../.bashrc".
func NamedFile(name string) Fault {
	return On(FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		next(named{w, mime.FormatMediaType("attachment", map[string]string{"filename": name})}, r)
	})
}

// named changes one header just before the headers are sent.
type named struct {
	http.ResponseWriter
	disposition string
}

func (n named) WriteHeader(code int) {
	n.Header().Set("Content-Disposition", n.disposition)
	n.ResponseWriter.WriteHeader(code)
}

// BigFile answers a file of so many bytes that begins as a PDF does.
func BigFile(size int64) Fault {
	return On(FilePage, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", "application/pdf")
		w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		const head = "%PDF-1.4\n"
		_, _ = io.Copy(w, io.MultiReader(strings.NewReader(head), io.LimitReader(letters{}, size-int64(len(head)))))
	})
}
