// Package decode turns the text of other systems into UTF-8.
package decode

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// Reader returns a reader of r's text as UTF-8. The text may also be UTF-16 in either byte order,
// with or without a mark, and change its encoding anywhere, as PowerShell's >> appends UTF-16 to any
// file. Without a mark, UTF-16 is recognized from two characters of ASCII on.
func Reader(r io.Reader) io.Reader { return transform.NewReader(r, &decoder{}) }

// Bytes returns text as [Reader] reads it, without UTF-8's marks.
func Bytes(text []byte) []byte {
	text, _, _ = transform.Bytes(&decoder{}, text) // it never fails
	return bytes.ReplaceAll(text, []byte("\ufeff"), nil)
}

const lookAhead = 16 // bytes that tell whether they are UTF-8

// decoder is a [transform.Transformer] to UTF-8.
type decoder struct {
	transform.NopResetter
	wide bool // in UTF-16
	high int  // where a unit of UTF-16 has its high byte: 0 or 1
	last byte // of the UTF-8 so far
}

func (d *decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		wrote, read, rest := 0, 0, src[nSrc:]
		switch {
		case len(dst)-nDst < utf8.UTFMax:
			return nDst, nSrc, transform.ErrShortDst
		case bytes.HasPrefix(rest, []byte{0xFF, 0xFE}):
			d.wide, d.high, read = true, 1, 2
		case bytes.HasPrefix(rest, []byte{0xFE, 0xFF}):
			d.wide, d.high, read = true, 0, 2
		case d.wide:
			wrote, read = d.decode(dst[nDst:], rest, atEOF)
		default:
			wrote, read = d.keep(dst[nDst:], rest, atEOF)
		}
		if read == 0 && nDst > 0 {
			return nDst, nSrc, transform.ErrShortDst // what is decoded is passed on before more is read
		}
		if read == 0 {
			return 0, nSrc, transform.ErrShortSrc
		}
		nDst, nSrc = nDst+wrote, nSrc+read
	}
	return nDst, nSrc, nil
}

// keep copies UTF-8 up to where UTF-16 may begin.
func (d *decoder) keep(dst, src []byte, atEOF bool) (wrote, read int) {
	n := slices.IndexFunc(src, func(b byte) bool { return b == 0 || b >= 0xFE })
	switch {
	case n < 0:
		n = len(src)
	case n > 0:
	case len(src) < 3 && !atEOF:
		return 0, 0
	case len(src) > 2 && src[0] == 0 && src[1] > 0 && src[2] == 0: // every other byte
		d.wide, d.high = true, 1
		if d.last > 0 && d.last != '\n' { // the other half of what was copied
			return 0, 1
		}
		d.high = 0
		return d.decode(dst, src, atEOF)
	}
	n = copy(dst, src[:max(n, 1)])
	d.last = src[n-1]
	return n, n
}

// decode decodes a character of UTF-16, unless another encoding begins.
func (d *decoder) decode(dst, src []byte, atEOF bool) (wrote, read int) {
	if !atEOF && (len(src) < 2 || len(src) < 4 && (src[d.high] >= 0xD8 || src[1-d.high] == 0)) {
		return 0, 0
	}
	var b [4]byte
	ahead := src[:min(len(src), lookAhead)]
	copy(b[:], ahead)
	c, next := rune(b[d.high])<<8|rune(b[1-d.high]), rune(b[2+d.high])<<8|rune(b[3-d.high])
	switch isNarrow := c >= 0x0800 && isText(ahead); {
	case isNarrow && len(ahead) < lookAhead && !atEOF:
		return 0, 0
	case isNarrow:
		d.wide = false
		return d.keep(dst, src, atEOF)
	case utf16.IsSurrogate(c):
		c = utf16.DecodeRune(c, next)
	case c > 0 && c&0xFF == 0 && next > 0 && next&0xFF == 0: // two characters of ASCII in the other order
		d.high = 1 - d.high
		c >>= 8
	}
	return utf8.EncodeRune(dst, c), min(2*utf16.RuneLen(c), len(src))
}

// isText reports whether a text in UTF-8 may begin with head.
func isText(head []byte) bool {
	odd := bytes.IndexFunc(head, func(c rune) bool {
		return c == utf8.RuneError || c < ' ' && !strings.ContainsRune("\t\n\f\r\b\x1b", c)
	})
	return odd < 0 || !utf8.FullRune(head[odd:])
}
