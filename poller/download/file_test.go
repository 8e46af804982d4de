package download

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/adrg/xdg"

	"example.com/jobwatch/poller/job"
)

func TestTheDefaultIsTheUsersDownloadFolder(t *testing.T) {
	if os.PathSeparator != '/' {
		t.Skip("asked of the system here")
	}
	want := t.TempDir()
	t.Setenv("XDG_DOWNLOAD_DIR", want)
	xdg.Reload()
	t.Cleanup(xdg.Reload) // before Setenv's own clean-up, but nothing else looks
	if got, err := DefaultFolder(); err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

// FAT and some network file systems have no hard links.
func TestNothingIsReplacedWhereThereAreNoHardLinks(t *testing.T) {
	d := New(nil, nil, t.TempDir(), DefaultMaxBytes)
	f, err := d.open("b")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	save := func(text string) error {
		p := &part{folder: f, name: partPrefix + text + partSuffix}
		if err := f.WriteFile(p.name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p.renameWithoutLinks("Report.pdf")
	}
	if err := save("the first"); err != nil {
		t.Error(err)
	}
	if err := save("the second"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second got the name: %v", err)
	}
	got, err := os.ReadFile(filepath.Join(filepath.Join(d.base, "b"), "Report.pdf"))
	if err != nil || string(got) != "the first" {
		t.Errorf("it holds %q, %v", got, err)
	}
	if entries, _ := os.ReadDir(filepath.Join(d.base, "b")); len(entries) != 2 { // the second, which save removes
		t.Errorf("left in the folder: %v", entries)
	}
}

func TestDiskTroubleIsToldWithoutPaths(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "write", Path: "/home/me/x", Err: syscall.ENOSPC}, "can't save “Report”: the disk is full"},
		{&fs.PathError{Op: "write", Path: "/home/me/x", Err: syscall.EDQUOT}, "can't save “Report”: your disk quota is used up"},
		{&fs.PathError{Op: "mkdirat", Path: "Report", Err: syscall.EEXIST}, "can't save “Report”: a file has its name"},
		{&os.LinkError{Op: "link", Old: "/a", New: "/b", Err: syscall.EACCES}, "can't save “Report”: not allowed"},
		{errors.New("all its names are taken by other files"), "can't save “Report”: all its names are taken by other files"},
	} {
		if got := diskError("save", "Report", c.err).Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

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
		if got := fileNames(c.description, job.ID{0x1a, 0x2b, 0x3c, 0x4d})[0]; got != c.want {
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
		for _, name := range append(fileNames(s, job.ID{0x1a, 0x2b, 0x3c, 0x4d}), cmp.Or(Name(s), "batch")) {
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
