package sanitize_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

// odd texts have sequences that end elsewhere for the renderer's own parser than for
// terminals: where control characters stand in them, a DCS that is left, and a CSI with
// parameters after its intermediate bytes.
var odd = regexp.MustCompile(`[\x00-\x1a\x1c-\x1f\x7f]|\x1b([ -/]*P|\[[0-?]*[ -/]+[0-?])`)

// For any bytes and any width, what is drawn holds only printable runes, is
// exactly as wide as was asked, alone and between other fields, and never holds an escape.
func FuzzWhateverTheTextTheScreenHolds(f *testing.F) {
	for _, s := range []string{
		"", "plain", "\x1b[31mred\x1b]0;t\x07\x1bP1$r\x1b\\\u009b1m\x9b1m", "日本語 🇩🇪🇩 👨‍👩‍👧 ❤️ é\u0301\u0344\u0344\u0344",
		"\u0301\u0e33 \uff9e\u0d4e", "\xff\xfe\xed\xa0\x80", "\u1100\u1161\u11a8\u11a8", "\u202e\u2066\u200b\u3164", "a\n\tb\u2028c",
		"\x1b]0;✓ done\x07a\x1b[3\n1mb\x1b(Bc\x1bPq\x07✓\x1b\\d\x1b]0;\x18e",
	} {
		f.Add(s, uint16(7))
	}
	f.Fuzz(func(t *testing.T, s string, n uint16) {
		width := int(n % 301)
		if isASCII(s) && !odd.MatchString(s) { // the renderer's own parser goes by bytes
			if got, want := sanitize.Line(s), sanitize.Line(ansi.Strip(s)); got != want {
				t.Errorf("%+q is %+q, without its sequences %+q", s, got, want)
			}
		}
		for _, set := range []sanitize.Charset{sanitize.Unicode, sanitize.ASCII} {
			line, cut, fit := set.Line(s), set.Cut(s, width), set.Fit(s, width)
			for _, drawn := range append([]string{line, cut, fit}, set.Wrap(s, width)...) {
				mustBePrintable(t, set, drawn)
			}
			if again := set.Line(line); again != line {
				t.Errorf("Line is not idempotent: %+q, then %+q", line, again)
			}
			if again := set.Fit(cut, width); again != fit {
				t.Errorf("Fit of what was cut: %+q, of the whole %+q", again, fit)
			}
			if w := ansi.StringWidth(fit); w != width {
				t.Errorf("Fit(%d) is %d cells wide: %+q", width, w, fit)
			}
			if w := ansi.StringWidth("a│" + cut + "│\x1b[0m" + fit + "x" + fit + "│"); w != 5+sanitize.Width(cut)+2*width {
				t.Errorf("%+q joins the fields beside it", cut)
			}
			if ansi.Truncate(fit, width, "") != fit {
				t.Errorf("the renderer would cut %+q at %d", fit, width)
			}
			lines := set.Wrap(s, width)
			for _, l := range lines {
				if ansi.StringWidth(l) > width {
					t.Errorf("a wrapped line of %d cells is wider than %d: %+q", ansi.StringWidth(l), width, l)
				}
			}
			if width >= 2 && !hasBreak(s) {
				if got, want := withoutSpaces(strings.Join(lines, "")), withoutSpaces(line); got != want {
					t.Errorf("wrapping lost text: %+q of %+q", got, want)
				}
			}
		}
	})
}

func mustBePrintable(t *testing.T, set sanitize.Charset, drawn string) {
	t.Helper()
	if !utf8.ValidString(drawn) {
		t.Errorf("not UTF-8: %q", drawn)
	}
	for _, r := range drawn {
		if !unicode.IsPrint(r) || set == sanitize.ASCII && r > '~' {
			t.Errorf("%U is not printable, in %q", r, drawn)
		}
	}
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func withoutSpaces(s string) string { return strings.ReplaceAll(s, " ", "") }

// hasBreak reports whether s may have line breaks, which Line and Wrap see differently.
func hasBreak(s string) bool {
	return strings.ContainsAny(s, "\n\v\f\r\u0085\u2028\u2029\x1b") || strings.Contains(s, "\x85")
}
