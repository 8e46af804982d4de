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

// odd matches sequences that the renderer's own parser ends elsewhere than terminals do:
// with control characters inside, a DCS that is aborted, and a CSI with parameters after
// its intermediate bytes.
var odd = regexp.MustCompile(`[\x00-\x1a\x1c-\x1f\x7f]|\x1b([ -/]*P|\[[0-?]*[ -/]+[0-?])`)

// seeds are texts of the fuzz target with their results: the clean line, the line in
// ASCII, the line cut to a width, and the text wrapped to it, with "|" between lines.
var seeds = []struct {
	in                        string
	width                     uint16
	line, ascii, cut, wrapped string
}{
	{"", 7, "", "", "", ""},
	{"plain", 7, "plain", "plain", "plain", "plain"},
	{"\x1b[31mred\x1b]0;t\x07\x1bP1$r\x1b\\\u009b1m\x9b1m", 7, "red", "red", "red", "red"},
	{
		"日本語 🇩🇪🇩 👨‍👩‍👧 ❤️ é\u0301\u0344\u0344\u0344", 7,
		"日本語 🇩🇪D 👨👩👧 ❤ é\u0301\u0308\u0301\u0308", "??? ??D ??? ? e", "日本語…",
		"日本語|🇩🇪D|👨👩👧|❤ é\u0301\u0308\u0301\u0308",
	},
	{"\u0301\u0e33 \uff9e\u0d4e", 7, "�", "?", "�", "�"},
	{"\xff\xfe\xed\xa0\x80", 7, "�", "?", "�", "�"},
	{"\u1100\u1161\u11a8\u11a8", 7, "각\u11a8", "??", "각\u11a8", "각\u11a8"},
	{"\u202e\u2066\u200b\u3164", 7, "", "", "", ""},
	{"a\n\tb\u2028c", 7, "a b c", "a b c", "a b c", "a|b|c"},
	{"\x1b]0;✓ done\x07a\x1b[3\n1mb\x1b(Bc\x1bPq\x07✓\x1b\\d\x1b]0;\x18e", 7, "a bcde", "a bcde", "a bcde", "a|bcde"},

	// Found by fuzzing; most are also in testdata.
	{"\xca\u0340\u0344\xf0\u0344", 90, "�\u0300\u0308\u0301\u0308", "?", "�\u0300\u0308\u0301\u0308", "�\u0300\u0308\u0301\u0308"},
	{"\xa80", 1, "�0", "?0", "…", "�|0"},
	{"00000👨👩👧00", 1, "00000👨👩👧00", "00000???00", "…", "0|0|0|0|0|…"},
	{"\u2001\xa6\u3164", 16, "�", "?", "�", "�"},
	{"\xe10\xe1\u1161\u11a8\x85\xa1\u11a8\u11a8", 7, "�0�\u1161\u11a8 �\u11a8\u11a8", "?0??? ???", "�0�\u1161\u11a8 �\u11a8\u11a8", "�0�\u1161\u11a8|�\u11a8\u11a8"},
	{"\xe0ˑ\x19\x98\xa2", 2, "�ˑ", "??", "�ˑ", "�ˑ"},
	{"\x1b[ 00", 68, "", "", "", ""},
	{"\x1b\x01P\x1b00", 44, "0", "0", "0", "0"},
	{"…\x81\u3164", 16, "…", "...", "…", "…"},
	{"\x9d\U0001c467", 62, "", "", "", ""},
	{"0\x8e\x8e\x8e\x8e0000", 7, "00000", "00000", "00000", "00000"},
	{"ԏ", 0, "ԏ", "?", "", ""},
	{"000\b\xa1", 3, "000�", "000?", "00…", "000|�"},
	{"\x85\x7f", 5, "", "", "", ""},
	{"🇪🇩\U0002044d👩\u200d\U0001f74fé\u0344\u0344\u0344", 0, "🇪🇩\U0002044d👩\U0001f74fé\u0308\u0301\u0308\u0301", "?????e", "", ""},
	{"\u0301\u0e33 \xef\xbd0\xfc\xbe\x9e\xe0", 7, "�0�", "?0?", "�0�", "�0�"},
	{"\xa5\x9c0\xe800\xa9\xf0\xaa\xa9\xf0⟑\xa9⟑\xa70\xa4\xb800\xcd", 8, "�0�00�⟑�⟑�0�00�", "?0?00?????0?00?", "�0�00�⟑…", "�0�00�⟑�|⟑�0�00�"},
}

func TestSeedsHaveTheirResults(t *testing.T) {
	for _, c := range seeds {
		width := int(c.width)
		for what, pair := range map[string][2]string{
			"Line":       {sanitize.Line(c.in), c.line},
			"ASCII.Line": {sanitize.ASCII.Line(c.in), c.ascii},
			"Cut":        {sanitize.Unicode.Cut(c.in, width), c.cut},
			"Fit":        {sanitize.Unicode.Fit(c.in, width), c.cut + strings.Repeat(" ", width-ansi.StringWidth(c.cut))},
			"Wrap":       {strings.Join(sanitize.Unicode.Wrap(c.in, width), "|"), c.wrapped},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s(%+q), %d cells, is %q, want %q", what, c.in, width, pair[0], pair[1])
			}
		}
	}
}

// For any bytes and any width, the result holds only printable runes, no escapes, and is
// exactly as wide as requested, alone and between other fields.
func FuzzWhateverTheTextTheScreenHolds(f *testing.F) {
	for _, c := range seeds {
		f.Add(c.in, c.width)
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
