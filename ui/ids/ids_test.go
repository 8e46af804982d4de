package ids_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"example.com/jobwatch/ui/ids"
)

const (
	idA = "01890a5d-ac96-774b-bcce-b302099a8057"
	idB = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
	idC = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
)

func TestAnyTextWithJobIDsCanBePasted(t *testing.T) {
	le := func(s string) string { return encode(binary.LittleEndian, s) }
	be := func(s string) string { return encode(binary.BigEndian, s) }
	for name, c := range map[string]struct {
		text       string
		want       []string
		duplicates int
	}{
		"one":                   {idA, []string{idA}, 0},
		"one a line":            {idA + "\n" + idB + "\r\n" + idC + "\n", []string{idA, idB, idC}, 0},
		"lines pasted by tmux":  {idA + "\r" + idB, []string{idA, idB}, 0},
		"a comma list":          {idA + "," + idB + ", " + idC + ";", []string{idA, idB, idC}, 0},
		"a URL":                 {"https://api.markdown2pdf.ai/job/" + idA + "/status?x=1", []string{idA}, 0},
		"an encoded URL":        {"https%3A%2F%2Fapi.markdown2pdf.ai%2Fjob%2F" + idA + "%2Fstatus", []string{idA}, 0},
		"a path":                {"/job/" + idA + "/status", []string{idA}, 0},
		"JSON":                  {`{"id":"` + idA + `","status":"Done","path":"/job/` + idA + `/output"}`, []string{idA}, 1},
		"JSON in a JSON string": {`"{\"id\":\"` + idA + `\"}\n` + idB + `\u003c` + idC + `\u003e"`, []string{idA, idB, idC}, 0},
		"a quoted string":       {`"\x1b\x07` + idA + `\U0001f4c4` + idB + `\u00e9` + idC + `"`, []string{idA, idB, idC}, 0},
		"a log line":            {"2025-06-10T15:55:31Z INFO worker-3 job_id=" + idA + " took 3-4 s", []string{idA}, 0},
		"coloured":              {"\x1b[32m" + idA + "\x1b[0m", []string{idA}, 0},
		"upper case":            {strings.ToUpper(idA) + " " + idA, []string{idA}, 1},
		"braces, quotes, URN":   {"{" + idA + "} '" + idB + "' urn:uuid:" + idC, []string{idA, idB, idC}, 0},
		"file names":            {"job_" + idA + ".pdf job-" + idB + "-2.pdf", []string{idA, idB}, 0},
		"prose":                 {"Look at " + idA + ". Or at " + idB + "?", []string{idA, idB}, 0},
		"joined by a hyphen":    {idA + "-" + idB, []string{idA, idB}, 0},
		"the same ones again":   {idB + " " + idA + " " + idB + " " + idB, []string{idB, idA}, 2},

		"UTF-16 of PowerShell":           {le("\ufeff" + idA + "\r\n" + idB), []string{idA, idB}, 0},
		"UTF-16 without a mark":          {le("größer: " + idA[:8] + "\u2011" + idA[9:] + "。\n上" + idB + "📄"), []string{idA, idB}, 0},
		"UTF-16 of Java":                 {be("\ufeff" + idA + "\n" + idB), []string{idA, idB}, 0},
		"the same without a mark":        {be(idA + "\n" + idB + "\n上\n" + idC), []string{idA, idB, idC}, 0},
		">> to UTF-8":                    {idA + "\n" + le(idB+"\r\n") + idC + "\n", []string{idA, idB, idC}, 0},
		">> to a line that has no end":   {"{}" + le(idA+"\r\n"+idB), []string{idA, idB}, 0},
		">> to UTF-16 that has no end":   {le("{}") + strings.ReplaceAll(idA, "-", "\u2011"), []string{idA}, 0},
		">> in the other order":          {le(idA+"\n") + be(idB+"\n") + le(idC), []string{idA, idB, idC}, 0},
		"two files, none with an end":    {"{}" + be("\ufeff"+idA) + le("\ufeff, "+idB), []string{idA, idB}, 0},
		"an order that is only mistaken": {le("一一\n" + idA), []string{idA}, 0},
		"UTF-16, cut off":                {le(idA + " ")[:73], []string{idA}, 0},
		"find -print0":                   {".\x00./" + idA + "\x00./" + idB + ".pdf\x00", []string{idA, idB}, 0},
		"zeros and other encodings":      {"a\x00\x00\x00b \xff " + idA + "\n\xfe\x00\x00" + idB, []string{idA, idB}, 0},

		"nothing":                {"", nil, 0},
		"no IDs":                 {"3-4-5 well-known e-mail 2025-06-10 --------", nil, 0},
		"the nil UUID":           {"00000000-0000-0000-0000-000000000000", nil, 0},
		"the max UUID":           {"FFFFFFFF-ffff-ffff-ffff-ffffffffffff", nil, 0},
		"a digit too many":       {idA + "0 a" + idB, nil, 0},
		"cut short":              {idA[:35], nil, 0},
		"not hexadecimal":        {"0189za5d-ac96-774b-bcce-b302099a8057", nil, 0},
		"hyphens elsewhere":      {"01890a5da-c96-774b-bcce-b302099a8057", nil, 0},
		"half an escape":         {"%F" + idA + " u002f" + idB + ` \U002f` + idC, nil, 0},
		"a full-width lookalike": {"０１８９０ａ５ｄ-ac96-774b-bcce-b302099a8057", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := ids.Find(c.text)
			if fmt.Sprint(got.IDs) != fmt.Sprint(c.want) || got.Duplicates != c.duplicates {
				t.Errorf("IDs = %v and %d duplicates, want %v and %d", got.IDs, got.Duplicates, c.want, c.duplicates)
			}
		})
	}
}

// encode returns s as UTF-16.
func encode(order binary.AppendByteOrder, s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// manyIDs returns n different IDs, one a line.
func manyIDs(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "%08x-ac96-774b-bcce-b302099a8057\n", i)
	}
	return b.Bytes()
}

func BenchmarkIDs(b *testing.B) {
	for name, text := range map[string][]byte{
		"100000 IDs":        manyIDs(100_000),
		"50 MB of prose":    bytes.Repeat([]byte("A well-known text, 2025-06-10, without IDs. "), 50<<20/44),
		"50 MB of hyphens":  bytes.Repeat([]byte("-"), 50<<20),
		"50 MB of near IDs": bytes.Repeat([]byte("01890a5d-ac96-774b-bcce-b302099a805-"), 50<<20/36),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				ids.Find(text)
			}
		})
	}
}
