package sim

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// A viewer finds a PDF's objects by the offsets in its table.
func TestThePDFsTableIsRight(t *testing.T) {
	for _, title := range []string{"Plain", `Paren(theses) and \ backslash`, "日本語", ""} {
		pdf := PDF(title)
		at := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(pdf)
		if at == nil {
			t.Fatalf("%q: no startxref", title)
		}
		table, _ := strconv.Atoi(string(at[1]))
		if !bytes.HasPrefix(pdf[table:], []byte("xref\n0 6\n")) {
			t.Errorf("%q: no table at %d", title, table)
		}
		for i, offset := range regexp.MustCompile(`(\d{10}) 00000 n`).FindAllSubmatch(pdf, -1) {
			n, _ := strconv.Atoi(string(offset[1]))
			if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(pdf[n:], []byte(want)) {
				t.Errorf("%q: object %d is not at %d", title, i+1, n)
			}
		}
	}
}
