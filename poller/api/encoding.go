package api

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// unpack undoes the Content-Encoding of an answer, whose length is not known then: caches and
// file servers compress without being asked. A body that is not compressed although its header
// says so, and one in an unknown encoding such as utf-8, are left as they are.
func unpack(resp *http.Response) error {
	names := strings.Split(strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ",")), ",")
	if len(names) > 3 {
		return notAPI("answered with more than 3 compressions")
	}
	for _, name := range slices.Backward(names) {
		switch name = strings.TrimSpace(name); name {
		case "gzip", "x-gzip", "deflate":
			plain, err := unpacker(bufio.NewReader(resp.Body), name == "deflate")
			if err != nil {
				return err
			}
			resp.ContentLength = -1
			resp.Body = struct {
				io.Reader
				io.Closer
			}{plain, resp.Body}
		case "br", "zstd", "compress", "x-compress":
			return notAPI("answered with " + name + " compression, which jobwatch can't unpack")
		}
	}
	return nil
}

// unpacker unpacks what begins as gzip or zlib does. By the standard, deflate is zlib; in
// practice it may be bare.
func unpacker(b *bufio.Reader, deflate bool) (io.Reader, error) {
	head, err := b.Peek(2)
	if err != nil {
		return b, nil //nolint:nilerr // reading has the same error
	}
	if string(head) == "\x1f\x8b" {
		return gzip.NewReader(b)
	}
	if head[0]&0x0f == 8 && binary.BigEndian.Uint16(head)%31 == 0 {
		return zlib.NewReader(b)
	}
	if deflate {
		return flate.NewReader(b), nil
	}
	return b, nil
}

// Damaged reports whether an error means that a compressed body is damaged.
func Damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zlib.ErrChecksum)
}
