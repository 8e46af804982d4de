package download

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestADescriptionBecomesAFileName(t *testing.T) {
	for _, c := range []struct{ description, want string }{
		{"Annual report, 2025", "Annual report, 2025.pdf"},
		{"Résumé 日本語組版.PDF", "Résumé 日本語組版.pdf"},
		{"  two\tlines\nof  text ", "two lines of text.pdf"},
		{"../../.bashrc", "bashrc.pdf"},
		{`..\..\autoexec.bat`, "autoexec.bat.pdf"},
		{"/etc/passwd", "etc-passwd.pdf"},
		{`C:\CON`, "C--CON.pdf"},
		{"con", "_con.pdf"},
		{"Lpt1 .x", "_Lpt1 .x.pdf"},
		{"COM¹", "_COM¹.pdf"},
		{"COM12", "COM12.pdf"},
		{"...hidden...", "hidden.pdf"},
		{"-rf ~", "rf ~.pdf"},
		{"gpj.\u202efdp", "gpj.fdp.pdf"},
		{"a\x00b\x1b[31mc\u200b", "ab[31mc.pdf"},
		{"bad \xff utf-8", "bad utf-8.pdf"},
		{"", "job 1a2b3c4d.pdf"},
		{"..", "job 1a2b3c4d.pdf"},
		{".pdf", "job 1a2b3c4d.pdf"},
		{strings.Repeat("ä", 300), strings.Repeat("ä", 54) + ".pdf"},
	} {
		if got := fileNames(c.description, "1a2b3c4d")[0]; got != c.want {
			t.Errorf("%q becomes %q, want %q", c.description, got, c.want)
		}
	}
}

// Whatever the text: one name, in any folder of any system, that hides nothing.
func FuzzName(f *testing.F) {
	for _, s := range []string{
		"Annual report", "../../x", `a\b`, "CON", "nul.txt", "\u202eabc", "...", " . ", "a\x00", "COM²", "\xff\xfe",
		"\U0001F468\u200d\U0001F469", strings.Repeat("x", 109) + "é", "con ", "~", "a/.", "\u0085", "CONIN$.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range append(fileNames(s, "1a2b3c4d"), cmp.Or(Name(s), "batch")) {
			if !utf8.ValidString(name) || name == "" || len(name) > 143 {
				t.Fatalf("%q becomes %q, %d bytes", s, name, len(name))
			}
			if !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsAny(name, `/\:*?"<>|`) {
				t.Fatalf("%q becomes %q, which is not one name", s, name)
			}
			if strings.ContainsAny(name[:1], ". -~") || strings.ContainsAny(name[len(name)-1:], ". ") {
				t.Fatalf("%q becomes %q, which begins or ends badly", s, name)
			}
			for _, r := range name {
				if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
					t.Fatalf("%q becomes %q with %U", s, name, r)
				}
			}
			stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
			switch strings.TrimRight(stem, " ") {
			case "CON", "PRN", "AUX", "NUL", "COM1", "COM9", "LPT1", "COM²", "CONIN$", "CONOUT$":
				t.Fatalf("%q becomes %q, which Windows reserves", s, name)
			}
		}
		if once := Name(s); Name(once) != once {
			t.Fatalf("%q becomes %q and then %q", s, once, Name(once))
		}
	})
}
