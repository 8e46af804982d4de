package download

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

func gzipped(w io.Writer) io.WriteCloser  { return gzip.NewWriter(w) }
func zlibbed(w io.Writer) io.WriteCloser  { return zlib.NewWriter(w) }
func unpacked(w io.Writer) io.WriteCloser { return unclosed{w} }

func deflated(w io.Writer) io.WriteCloser {
	z, _ := flate.NewWriter(w, flate.NoCompression) // the level is valid
	return z
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

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

// giving has the file be something else.
func giving(file []byte, more ...simtest.Fault) []simtest.Fault {
	faults := []simtest.Fault{simtest.On(simtest.FilePage, simtest.Changed(func(http.Header, []byte) []byte { return file }))}
	for _, f := range more {
		faults = append([]simtest.Fault{simtest.On(simtest.FilePage, f)}, faults...)
	}
	return faults
}

func TestAPDFIsSavedWholeHoweverItComes(t *testing.T) {
	const most = 100_000
	small, large := sim.PDF("Report"), pdf(most) // the largest that is taken
	late := func(n int) []byte { return append(bytes.Repeat([]byte("\x00"), n), small...) }
	for name, c := range map[string]struct {
		file   []byte
		faults []simtest.Fault
	}{
		"gzip":                         {large, giving(large, simtest.Packed("gzip", gzipped))},
		"x-gzip":                       {small, giving(small, simtest.Packed("x-gzip", gzipped))},
		"deflate":                      {large, giving(large, simtest.Packed("deflate", zlibbed))},
		"bare deflate":                 {large, giving(large, simtest.Packed("Deflate", deflated))},
		"gzip in name only":            {large, giving(large, simtest.Packed("gzip", unpacked))},
		"identity":                     {large, giving(large, simtest.Packed("identity", unpacked))},
		"utf-8 for a packing":          {large, giving(large, simtest.Packed("utf-8", unpacked))},
		"cloud storage's own packing":  {small, giving(small, simtest.Packed("aws-chunked,gzip", gzipped))},
		"gzip without a size":          {small, giving(small, simtest.Packed("gzip", gzipped), unsized)},
		"a line before it":             {[]byte("\r\n" + string(small)), giving([]byte("\r\n" + string(small)))},
		"a mark before it":             {[]byte("\ufeff" + string(small)), giving([]byte("\ufeff" + string(small)))},
		"a mark before it, and packed": {[]byte("\ufeff" + string(small)), giving([]byte("\ufeff"+string(small)), simtest.Packed("gzip", gzipped))},
		"a page of nothing before it":  {late(maxBefore - len(magic)), giving(late(maxBefore - len(magic)))},
		"as text":                      {small, giving(small, simtest.Labeled("text/plain"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newHarness(t, atMost(most))
			k.api.Break(c.faults...)
			w := k.done("Report", "b")
			e := k.get(w)
			if e.State != Saved || e.Size != int64(len(c.file)) {
				t.Fatalf("it ended as %v, %d bytes: %v", e.State, e.Size, e.Err)
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

func TestWhatIsNoPDFIsNotSavedHoweverItComes(t *testing.T) {
	const most = 100_000
	page := []byte("<html><body>Sign in to read %PDF-1.4 files" + strings.Repeat(" ", 3000) + "</body></html>")
	bomb := append([]byte("%PDF-1.4\n"), make([]byte, 100*most)...)
	late := append(make([]byte, maxBefore-len(magic)+1), sim.PDF("Report")...)
	halved := simtest.Changed(func(_ http.Header, body []byte) []byte { return body[:len(body)/2] })
	spoilt := simtest.Changed(func(_ http.Header, body []byte) []byte {
		body[len(body)-6] ^= 1 // in the checksum
		return body
	})
	for name, c := range map[string]struct {
		faults []simtest.Fault
		says   string
	}{
		"a page that speaks of PDFs": {giving(page), "not a PDF"},
		"a packed page":              {giving(page, simtest.Packed("gzip", gzipped)), "not a PDF"},
		"a PDF that begins too late": {giving(late), "not a PDF"},
		"br":                         {giving(pdf(2000), simtest.Packed("br", gzipped)), "br compression, which jobwatch can't unpack"},
		"zstd":                       {giving(pdf(2000), simtest.Packed("zstd", gzipped)), "zstd compression, which jobwatch can't unpack"},
		"a gzip bomb":                {giving(bomb, simtest.Packed("gzip", gzipped)), "larger than 0.1 MB"},
		"a deflate bomb":             {giving(bomb, simtest.Packed("deflate", zlibbed)), "larger than 0.1 MB"},
		"too large, and packed":      {giving(pdf(most+1), simtest.Packed("gzip", gzipped)), "larger than 0.1 MB"},
		"nothing, packed for ever":   {[]simtest.Fault{simtest.On(simtest.FilePage, packedNothing)}, "less than 1 KiB came"},
		"half of a gzip":             {giving(pdf(20_000), simtest.Packed("gzip", gzipped), halved), "cut short"},
		"half of a deflate":          {giving(pdf(20_000), simtest.Packed("deflate", zlibbed), halved), "cut short"},
		"a damaged gzip":             {giving(pdf(20_000), simtest.Packed("gzip", gzipped), spoilt), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newHarness(t, atMost(most), idleAfter(500*time.Millisecond))
			k.api.Break(c.faults...)
			e := k.get(k.done("Report", "b"))
			var err *Error
			if e.State != Failed || !errors.As(e.Err, &err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it ended as %v: %v; want %q", e.State, e.Err, c.says)
			}
			k.wantFiles()
		})
	}
}

// unsized does not tell the size.
func unsized(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	next(unsizedWriter{w}, r)
}

type unsizedWriter struct{ http.ResponseWriter }

func (w unsizedWriter) WriteHeader(code int) {
	w.Header().Del("Content-Length")
	w.ResponseWriter.WriteHeader(code)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
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
