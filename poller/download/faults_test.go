package download

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

const largest = 100_000 // bytes that are taken

// sent has the file be something else, on which the other faults work.
func sent(file []byte, more ...simtest.Fault) []simtest.Fault {
	var faults []simtest.Fault
	for _, f := range append(more, simtest.Changed(func(http.Header, []byte) []byte { return file })) {
		faults = append(faults, simtest.On(simtest.FilePage, f))
	}
	return faults
}

func TestEveryFaultOfADownloadIsToldAndLeavesNothing(t *testing.T) {
	file := func(f simtest.Fault) []simtest.Fault { return []simtest.Fault{simtest.On(simtest.FilePage, f)} }
	output := func(code int, label, body string) []simtest.Fault {
		return []simtest.Fault{simtest.On(simtest.OutputPage, simtest.Answer(code, label, body))}
	}
	packed := simtest.Packed("gzip", simtest.Gzip)
	halved := simtest.Changed(func(_ http.Header, body []byte) []byte { return body[:len(body)/2] })
	spoilt := simtest.Changed(func(_ http.Header, body []byte) []byte {
		body[len(body)-6] ^= 1 // in the checksum
		return body
	})
	page := []byte("<html><body>Sign in to read %PDF-1.4 files" + strings.Repeat(" ", 3000) + "</body></html>")
	bomb := append([]byte("%PDF-1.4\n"), make([]byte, 100*largest)...)
	late := append(make([]byte, maxBefore-len("%PDF-")+1), sim.PDF("Report")...)
	drops := "%PDF-1.4\n" + strings.Repeat(" ", 500) + "\n%%EOF\n"
	const never, soon = false, true // over
	for name, c := range map[string]struct {
		faults  []simtest.Fault
		says    string
		passing bool
		idle    time.Duration // if it takes that
	}{
		"cut short":                  {[]simtest.Fault{simtest.CutShort()}, "cut short", soon, 0},
		"cut short without a size":   {file(sizeless("%PDF-1.4\nand then nothing")), "cut short", soon, 0},
		"half of a gzip":             {sent(pdf(20_000), halved, packed), "cut short", soon, 0},
		"a damaged gzip":             {sent(pdf(20_000), spoilt, packed), "damaged", soon, 0},
		"br":                         {sent(pdf(2000), simtest.Packed("br", simtest.Gzip)), "br compression, which jobwatch can't unpack", soon, 0},
		"reset":                      {file(simtest.ResetMidHeaders()), "connection", soon, 0},
		"reset in the middle":        {file(simtest.ResetMidBody()), "connection", soon, 0},
		"empty":                      {file(sizeless("")), "not a PDF", never, 0},
		"not a PDF":                  {[]simtest.Fault{simtest.NotPDF()}, "not a PDF", never, 0},
		"a page that speaks of PDFs": {sent(page), "not a PDF", never, 0},
		"a packed page":              {sent(page, packed), "not a PDF", never, 0},
		"a PDF that begins too late": {sent(late), "not a PDF", never, 0},
		"too large by its size":      {[]simtest.Fault{simtest.BigFile(largest + 1)}, "larger than 0.1 MB", never, 0},
		"too large without a size":   {file(endless), "larger than 0.1 MB", never, 0},
		"too large, and packed":      {sent(pdf(largest+1), packed), "larger than 0.1 MB", never, 0},
		"a gzip bomb":                {sent(bomb, packed), "larger than 0.1 MB", never, 0},
		"nothing, packed for ever":   {file(packedNothing), "less than 1 KiB came", soon, time.Second},
		"drop by drop":               {file(drip(drops, 5*time.Millisecond)), "less than 1 KiB came", soon, 100 * time.Millisecond},
		"silent":                     {file(simtest.HeldFile(make(chan struct{}))), "less than 1 KiB came", soon, 50 * time.Millisecond},
		"silent in a redirect":       {file(silentPage(http.StatusFound)), "less than 1 KiB came", soon, 50 * time.Millisecond},
		"silent in a refusal":        {file(silentPage(http.StatusForbidden)), "refused (HTTP 403)", soon, 50 * time.Millisecond},
		"silent in another refusal":  {file(silentPage(http.StatusUnprocessableEntity)), "HTTP 422", soon, 50 * time.Millisecond},
		"expired link":               {[]simtest.Fault{simtest.ExpiredLink()}, "refused (HTTP 403)", soon, 0},
		"file server in trouble":     {file(simtest.Answer(http.StatusServiceUnavailable, "text/html", "")), "HTTP 503", soon, 0},
		"redirect to a file: URL":    {file(redirect("file:///etc/passwd")), "redirected to something", soon, 0},
		"redirect in circles":        {file(redirect("/files/x.pdf?secret")), "more than 5 times", soon, 0},
		"no such job":                {output(http.StatusNotFound, "application/json", "{}"), "no PDF of this job, or not yet", soon, 0},
		"API in trouble":             {output(http.StatusBadGateway, "text/html", "<h1>Bad"), "HTTP 502", soon, 0},
		"captive portal":             {output(http.StatusOK, "text/html", "<h1>Sign in"), "asked for the PDF", soon, 0},
		"no link":                    {output(http.StatusOK, "application/json", "{}"), "answered without the URL of the PDF", soon, 0},
		"a file: URL":                {[]simtest.Fault{simtest.OutputURL("file:///etc/passwd")}, "not an http or https URL", soon, 0},
		"javascript":                 {[]simtest.Fault{simtest.OutputURL("javascript:alert(1)")}, "not an http or https URL", soon, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newHarness(t, atMost(largest), func(d *Downloads) { d.idleTimeout = cmp.Or(c.idle, d.idleTimeout) })
			w := k.done("Report", "b")
			k.api.Break(c.faults...)
			err := k.fails(w, c.says)
			if err.Passing != c.passing {
				t.Errorf("that it is over a little later: %v, want %v", err.Passing, c.passing)
			}
			for _, secret := range []string{"signature", "secret", "expires", "/files/", w.ID.String(), k.base} {
				if strings.Contains(err.Reason, secret) {
					t.Errorf("the error gives away %q: %s", secret, err.Reason)
				}
			}
			k.wantFiles()
			k.api.Mend()
			if e := k.get(w); e.State != Saved {
				t.Errorf("pressed again, after the fault had gone: %v", e.Err)
			}
			k.wantFiles("b/Report.pdf")
		})
	}
}

func TestAPDFIsSavedWholeHoweverItComes(t *testing.T) {
	small, large := sim.PDF("Report"), pdf(largest)
	before := func(text string) []byte { return append([]byte(text), small...) }
	packed, named := simtest.Packed("gzip", simtest.Gzip), simtest.Packed("gzip", nil)
	for name, c := range map[string]struct {
		file []byte
		more []simtest.Fault
	}{
		"without a size":               {small, []simtest.Fault{sizeless(string(small))}},
		"after a redirect":             {small, []simtest.Fault{redirect("/PATH?moved=1&QUERY")}},
		"gzip":                         {large, []simtest.Fault{packed}},
		"gzip in name only":            {large, []simtest.Fault{named}},
		"a line before it":             {before("\r\n"), nil},
		"a mark before it":             {before("\ufeff"), nil},
		"a mark before it, and packed": {before("\ufeff"), []simtest.Fault{packed}},
		"a page of nothing before it":  {before(strings.Repeat("\x00", maxBefore-len("%PDF-"))), nil},
		"as text":                      {small, []simtest.Fault{simtest.Labeled("text/plain")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newHarness(t, atMost(largest))
			k.api.Break(sent(c.file, c.more...)...)
			w := k.done("Report", "b")
			e := k.get(w)
			if e.State != Saved {
				t.Fatalf("it ended as %v: %v", e.State, e.Err)
			}
			if got, err := os.ReadFile(e.File); err != nil || !bytes.Equal(got, c.file) {
				t.Errorf("%d bytes were saved: %v", len(got), err)
			}
			w.File = e.File
			if e := k.get(w); e.State != Saved || !e.Already {
				t.Errorf("it is not recognised: %+v", e)
			}
		})
	}
}

// pdf is a PDF of so many bytes that can't be packed into fewer.
func pdf(size int) []byte {
	const head, tail = "%PDF-1.4\n", "\n%%EOF\n"
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{})
	_, _ = r.Read(b)
	copy(b, head)
	copy(b[size-len(tail):], tail)
	return b
}

// packedNothing sends one empty gzip after the other, which together unpack to nothing.
func packedNothing(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	var empty bytes.Buffer
	_ = gzip.NewWriter(&empty).Close()
	w.Header().Set("Content-Encoding", "gzip")
	for err := error(nil); err == nil; {
		_, err = w.Write(bytes.Repeat(empty.Bytes(), 1000))
	}
}

// redirect redirects to another URL, unless it did so before.
func redirect(to string) simtest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if r.URL.Query().Has("moved") {
			r.URL.RawQuery = strings.TrimPrefix(r.URL.RawQuery, "moved=1&")
			next(w, r)
			return
		}
		w.Header().Set("Location", strings.NewReplacer("/PATH", r.URL.Path, "QUERY", r.URL.RawQuery).Replace(to))
		w.WriteHeader(http.StatusFound)
	}
}

// sizeless gives a body whose size is not told.
func sizeless(text string) simtest.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		_ = http.NewResponseController(w).Flush()
		_, _ = w.Write([]byte(text))
	}
}

func endless(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
	_, err := w.Write([]byte("%PDF-1.4\n"))
	for err == nil {
		_, err = w.Write(make([]byte, 32<<10))
	}
}

// drip sends a file a byte at a time.
func drip(file string, every time.Duration) simtest.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		drops := time.NewTicker(every)
		defer drops.Stop()
		for i := range len(file) {
			_, _ = w.Write([]byte(file[i : i+1]))
			_ = http.NewResponseController(w).Flush()
			select {
			case <-drops.C:
			case <-r.Context().Done():
				return
			}
		}
	}
}

// silentPage begins a page and never ends it.
func silentPage(code int) simtest.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(code)
		_, _ = w.Write([]byte("<html>"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}
