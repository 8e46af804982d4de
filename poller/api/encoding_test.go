package api

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
	"net/http"
	"testing"
	"unicode/utf16"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim/simtest"
)

func gzipped(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

func zlibbed(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func deflated(w io.Writer) io.WriteCloser {
	z, _ := flate.NewWriter(w, flate.DefaultCompression) // the level is valid
	return z
}

func unpacked(w io.Writer) io.WriteCloser { return unclosed{w} }

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// wide writes a text in UTF-16, after its byte-order mark.
func wide(order binary.AppendByteOrder) simtest.Fault {
	return simtest.Changed(func(_ http.Header, body []byte) []byte {
		var b []byte
		for _, unit := range utf16.Encode([]rune("\ufeff" + string(body))) {
			b = order.AppendUint16(b, unit)
		}
		return b
	})
}

// padded is JSON of the most bytes that are read.
func padded(_ http.Header, body []byte) []byte {
	return append(body, bytes.Repeat([]byte(" "), maxBody-len(body))...)
}

// What counts is whether the answer is there, not what it calls itself, how it is packed
// or what stands before it.
func TestAnAnswerIsReadHoweverItComes(t *testing.T) {
	faults := map[string]simtest.Fault{
		"a mark": simtest.Before("\ufeff"), "a mark and a line": simtest.Before("\ufeff\r\n"),
		"UTF-16": wide(binary.LittleEndian), "UTF-16, the other end first": wide(binary.BigEndian),
		"gzip": simtest.Packed("gzip", gzipped), "x-gzip": simtest.Packed("X-GZIP", gzipped),
		"gzip among three": simtest.Packed("identity, gzip, utf-8", gzipped), "as large as may be": simtest.Changed(padded),
		"deflate": simtest.Packed("deflate", zlibbed), "bare deflate": simtest.Packed("deflate", deflated),
		"utf-8 for a packing": simtest.Packed("utf-8", unpacked), "identity": simtest.Packed("identity", unpacked),
	}
	for _, label := range []string{
		"", "text/plain", "Text/Plain; charset=utf-8", "text/json", "application/octet-stream", "binary/octet-stream",
		"application/x-json", "application/hal+json", "text/javascript", "image/png", ";;;",
	} {
		faults["as "+label] = simtest.Labeled(label)
	}
	s := simtest.New()
	c := newClient(t, serve(t, s), Options{})
	live, done := running(s), finished(s)
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			s.Break(fault)
			if a, err := c.Status(t.Context(), live); err != nil || a.Status != job.Processing || a.Description != "Annual report" {
				t.Errorf("a status: %+v, %v", a, err)
			}
			if u, err := c.Output(t.Context(), "/job/"+done.String()+"/output"); err != nil || u.Path != "/files/"+done.String()+".pdf" {
				t.Errorf("an output: %v, %v", u, err)
			}
		})
	}
}
