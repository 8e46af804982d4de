package decode_test

import (
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"example.com/jobwatch/ui/decode"
)

// encode returns s as UTF-16.
func encode(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestTheTextOfOtherSystemsIsRead(t *testing.T) {
	le := func(s string) string { return encode(binary.LittleEndian, s) }
	be := func(s string) string { return encode(binary.BigEndian, s) }
	const text, more = "größer: 上\r\n二つ 📄\n\n", "next\nΩ"
	for name, c := range map[string][2]string{
		"UTF-8":                                {text, text},
		"UTF-8 with a mark":                    {"\ufeff" + text + "\ufeff" + more, text + more},
		"Windows":                              {le("\ufeff" + text), text},
		"Windows, no mark":                     {le(text), text},
		"Java":                                 {be("\ufeff" + text), text},
		"Java, no mark":                        {be(text), text},
		">> of PowerShell":                     {text + le(more), text + more},
		">> to UTF-16":                         {le("\ufeff"+text) + "and now in UTF-8\n" + le(more), text + "and now in UTF-8\n" + more},
		">> in another order":                  {le(text) + be(more), text + more},
		">> to a line that has no end":         {"{}" + le(text), "{}" + text},
		">> to a line of UTF-16":               {le("{}") + "{\"job\": 123456}\n", "{}{\"job\": 123456}\n"},
		"two files, the first without an end":  {"{}" + be("\ufeff"+text), "{}" + text},
		">> to a word":                         {"jobs:" + le(text), "jobs:" + text},
		"the same in UTF-16":                   {le("\ufeff{}") + be("\ufeff"+text), "{}" + text},
		"the order of a line is mistaken":      {le("一一\n") + le(more), "NN\n" + more},
		"cut off":                              {le(more + "\n")[:11], "next\n©"},
		"half a character":                     {le("ab") + "\x01\xd8", "ab\ufffd"},
		"find -print0":                         {".\x00./a.pdf\x00./b.pdf\x00", ".\x00./a.pdf\x00./b.pdf\x00"},
		"zeros":                                {"a\x00\x00\x00b\n\x00\x00", "a\x00\x00\x00b\n\x00\x00"},
		"another encoding":                     {"gr\xf6\xdfer \xff \xfe\n", "gr\xf6\xdfer \xff \xfe\n"},
		"nothing":                              {"", ""},
		"a long line after a character's half": {strings.Repeat("x", 5000) + le(text), strings.Repeat("x", 5000) + text},
	} {
		if got := string(decode.Bytes([]byte(c[0]))); got != c[1] {
			t.Errorf("%s: %q\n got %q\nwant %q", name, c[0], got, c[1])
		}
		got, err := io.ReadAll(decode.Reader(iotest.OneByteReader(strings.NewReader(c[0]))))
		if strings.ReplaceAll(string(got), "\ufeff", "") != c[1] || err != nil {
			t.Errorf("%s, byte by byte: %q, %v", name, got, err)
		}
	}
}
