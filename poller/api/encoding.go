package api

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Unpack undoes the Content-Encoding of an answer: caches and file servers compress without
// being asked. A body that is not compressed although its header says so, and one in an
// unknown encoding such as utf-8, are left as they are.
func Unpack(h http.Header, body io.Reader) (io.Reader, error) {
	header := strings.Join(h.Values("Content-Encoding"), ",")
	if header == "" {
		return body, nil
	}
	names := strings.Split(strings.ToLower(header), ",")
	if len(names) > 3 {
		return nil, notAPI("answered with more than 3 compressions")
	}
	for _, name := range slices.Backward(names) {
		b := bufio.NewReader(body)
		head, _ := b.Peek(2) // an error comes again
		body = b
		var err error
		switch name = strings.TrimSpace(name); name {
		case "gzip", "x-gzip":
			if string(head) == "\x1f\x8b" {
				body, err = gzip.NewReader(b)
			}
		case "deflate": // zlib by the standard, bare in practice
			if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
				body, err = zlib.NewReader(b)
			} else {
				body = flate.NewReader(b)
			}
		case "br", "zstd", "compress", "x-compress":
			err = notAPI("answered with " + name + " compression, which jobwatch can't unpack")
		}
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}

// Damaged reports whether an error means that a compressed body is damaged.
func Damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) ||
		errors.Is(err, zlib.ErrHeader) || errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zlib.ErrDictionary)
}

// toUTF8 removes a byte-order mark and decodes UTF-16 that begins with one.
func toUTF8(text []byte) []byte {
	if len(text) == 0 || text[0] < 0xef { // the least byte that a mark begins with
		return text
	}
	if plain, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), text); err == nil {
		return plain
	}
	return text
}
