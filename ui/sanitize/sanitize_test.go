package sanitize_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/ui/sanitize"
)

func TestHostileTextBecomesOneHarmlessLine(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain text stays":              {"Invoice 42, page 3/7", "Invoice 42, page 3/7"},
		"nothing":                       {"", ""},
		"a colour":                      {"\x1b[31mred\x1b[0m alert", "red alert"},
		"a screen wipe":                 {"before\x1b[2J\x1b[Hafter", "beforeafter"},
		"a window title":                {"a\x1b]0;pwned\x07b", "ab"},
		"a clipboard write, ST":         {"a\x1b]52;c;cm0gLXJm\x1b\\b", "ab"},
		"a title that never ends":       {"a\x1b]0;and the rest of the text", "a"},
		"a device control string":       {"a\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\b", "ab"},
		"a title with a tick in it":     {"a\x1b]0;✓ pwned\x07b \u009d0;📜\u009cc", "ab c"},
		"C1 control sequence":           {"a\u009b31mb", "ab"},
		"C1 as a raw byte":              {"a\x9b31mb", "ab"},
		"C1 title":                      {"a\u009d0;pwned\u009cb", "ab"},
		"bells and backspaces":          {"pass\b\b\b\bFAIL\a", "passFAIL"},
		"carriage return overwrites":    {"all good\rFAILED", "all good FAILED"},
		"newlines and tabs":             {"one\n\n\ttwo\r\nthree\u2028four\u0085five", "one two three four five"},
		"spaces around and between":     {"  a   b  ", "a b"},
		"no-break and wide spaces":      {"a\u00a0b\u3000c", "a b c"},
		"bidi override":                 {"gnp.\u202efdp.exe\u202c", "gnp.fdp.exe"},
		"bidi isolates":                 {"\u2066a\u2069\u200fb\u061c", "ab"},
		"zero-width characters":         {"a\u200b\u200c\u200d\u2060\ufeffb", "ab"},
		"soft hyphen":                   {"in\u00advisible", "invisible"},
		"tag characters":                {"hi\U000E0041\U000E007F", "hi"},
		"invisible letters":             {"a\u3164\u115f\u2800b", "a b"},
		"not UTF-8":                     {"caf\xe9\xff\xfe!", "caf�!"},
		"private use and unassigned":    {"a\ue000\U000F0000\u0378b", "a�b"},
		"a surrogate in UTF-8":          {"a\xed\xa0\x80b", "a�b"},
		"NUL":                           {"a\x00b", "ab"},
		"zalgo":                         {"Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307x", "Ź\u0302\u0303\u0304\u0305x"},
		"marks after bytes":             {"\xca\u0300\u0344\xf0\u0344", "�\u0300\u0308\u0301\u0308"},
		"a mark with nothing to sit on": {"\u0301a \u0301b", "a b"},
		"decomposed accents":            {"cafe\u0301", "café"},
		"decomposed Hangul":             {"\u1112\u1161\u11ab", "한"},
		"a family":                      {"👨\u200d👩\u200d👧", "👨👩👧"},
		"a skin tone":                   {"👍🏽 done", "👍 done"},
		"an emoji presentation":         {"❤\ufe0f", "❤"},
		"a flag":                        {"🇩🇪", "🇩🇪"},
		"half a flag":                   {"🇩🇪🇫 x", "🇩🇪F x"},
		"Thai":                          {"ทำงาน", "ทํางาน"},
		"Persian":                       {"می\u200cخواهم", "میخواهم"},
		"Hindi":                         {"क्षितिज", "क्षितिज"},
		"the first and the last flag":   {"🇦 🇿 🇦🇿 🈀", "A Z 🇦🇿 🈀"},
		"Lao":                           {"ກຳ", "ກໍາ"},
		"half-width sound marks":        {"ｶﾞﾊﾟ", "ｶ゛ﾊ゜"},
		"a sequence in each C1 form":    {"a\u0090x\u009cb\u0098x\u009cc\u009ex\u009cd\u009fx\u009ce", "abcde"},
		"the first C1 control":          {"\x1b]0;x\u0080y", "y"},
		"a C1 control in a colour":      {"\x1b[3\u00801m", "1m"},
		"a DEL in a sequence":           {"a\x1b[3\x7f1mb\x7fc", "abc"},
		"a tab in a sequence":           {"a\x1b[3\t1mb", "a b"},
		"a letter in a sequence":        {"a\x1b[3éb", "aéb"},
		"an aborted sequence":           {"a\x1b[3\x18b\x1bPq\x1ac", "abc"},
		"intermediate bytes":            {"a\x1b(Bb\x1b $0c\x1b#8d\x1b[1 qe\x1b[@f\x1b([g", "abcdefg"},
		"short escapes":                 {"a\x1b7b\x1b0c\x1bcd\x1b/0e", "abcde"},
		"all kinds of strings":          {"a\x1bXx\x1b\\b\x1b^x\x07y\x1b\\c\x1b_x\x1b\\d", "abcd"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sanitize.Line(c.in); got != c.want {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestATerminalWithoutUTF8GetsASCII(t *testing.T) {
	for in, want := range map[string]string{
		"Crème brûlée – “naïve”…": `Creme brulee - "naive"...`,
		"ﬁnal ½ × ² straße":       "final 1/2 x 2 strasse",
		"日本 🎉":                    "?? ?",
		"Л\x9b31m":                "?",
		"ǅ ㎏ • · ′ ″ − ⁄ ~ !":     `Dz kg * * ' " - / ~ !`,
		"‘a’ ‚b‛ “c” „d‟ «e» ―‑‒": `'a' 'b' "c" "d" "e" ---`,
	} {
		if got := sanitize.ASCII.Line(in); got != want {
			t.Errorf("ASCII.Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := sanitize.ASCII.Cut("Größe unbekannt", 8), "Grosse ~"; got != want {
		t.Errorf("ASCII.Cut = %q, want %q", got, want)
	}
}

func TestALongDescriptionIsCutToItsColumn(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"Annual report", 13, "Annual report"},
		{"Annual report", 12, "Annual repo…"},
		{"Annual report", 1, "…"},
		{"Annual report", 0, ""},
		{"Annual report", -3, ""},
		{"trailing      ", 8, "trailing"},
		{"日本語の文書", 12, "日本語の文書"},
		{"日本語の文書", 11, "日本語の文…"},
		{"日本語の文書", 10, "日本語の…"}, // a wide character is never halved
		{"cafe\u0301 cafe\u0301", 6, "café …"},
		{"🇩🇪🇫🇷🇮🇹", 5, "🇩🇪🇫🇷…"},
		{"e\u0301\u0316x", 1, "…"},
		{"Annual report\u0301", 13, "Annual report\u0301"},
		{"Annual report\u0301s", 13, "Annual repor…"},
	} {
		if got := sanitize.Unicode.Cut(c.in, c.width); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
	for width, want := range map[int]string{0: "", 4: "日… ", 6: "日本語", 7: "日本語 ", 100: "日本語" + strings.Repeat(" ", 94)} {
		if got := sanitize.Unicode.Fit("日本語", width); got != want {
			t.Errorf("Fit to %d cells = %q, want %q", width, got, want)
		}
	}
	if w := sanitize.Width("\x1b[1mbold\x1b[0m \x7f日"); w != 7 {
		t.Errorf("Width = %d, want 7", w)
	}
}

// Of a text longer than any screen, only the beginning counts, cut between characters.
func TestAnEndlessTextIsCutBetweenCharacters(t *testing.T) {
	const most = 32 << 10
	a := strings.Repeat("a", most-4)
	for name, c := range map[string]struct{ in, want string }{
		"as long as can be":    {a + "bcde", a + "bcde"},
		"one byte longer":      {a + "bcdef", a + "bcde"},
		"two bytes a letter":   {a + "bcdéf", a + "bcd"},
		"three bytes a letter": {a + "bc日f", a + "bc"},
		"four bytes a letter":  {a + "b𝕏f", a + "b"},
		"just before a letter": {a + "bc日"[:2] + "é日", a + "bcé"},
		"bytes that are none":  {a + strings.Repeat("\xbf", 9), a + "�"},
	} {
		if got := sanitize.Unicode.Cut(c.in, 2*most); got != c.want {
			t.Errorf("%s: it ends in %q (%d bytes), want %q", name, got[max(0, len(got)-8):], len(got), c.want[len(c.want)-8:])
		}
	}
}

// Text in the letters of most languages is returned unchanged, without any work.
func TestCleanTextCostsNothing(t *testing.T) {
	for _, s := range []string{
		"é ¡ ɏ", "Α Ρ Σ ώ", "Ѐ ҁ Ҋ ԯ", "‐ ‧", "ぁ ゖ", "ァ ヺ", "一 \u9fef", "가 힣", "!~ plain text",
	} {
		if n := testing.AllocsPerRun(10, func() { sanitize.Line(s) }); n > 0 {
			t.Errorf("Line(%q) allocates %v times", s, n)
		}
	}
	if n := testing.AllocsPerRun(10, func() { sanitize.ASCII.Line(" !~ plain text"[1:]) }); n > 0 {
		t.Errorf("ASCII.Line allocates %v times", n)
	}
}

func TestALongErrorIsWrappedForTheDetailPane(t *testing.T) {
	const cause = "Font \x1b[1mNoto Serif\x1b[0m was not found:\n\n  /usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf\nAsk again."
	want := []string{
		"Font Noto Serif was", "not found:",
		"/usr/share/fonts/tru", "etype/noto/NotoSerif", "-Regular.ttf",
		"Ask again.",
	}
	if got := sanitize.Unicode.Wrap(cause, 20); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("Wrap = %q, want %q", got, want)
	}
	if got := sanitize.Unicode.Wrap("日本", 1); len(got) != 1 || got[0] != "…" {
		t.Errorf("two wide characters on one column: %q", got)
	}
	if got := sanitize.Unicode.Wrap("a text", 0); len(got) != 0 {
		t.Errorf("there is no room for %q", got)
	}
	if got := strings.Join(sanitize.Unicode.Wrap("annual report", 6), "|"); got != "annual|report" {
		t.Errorf("Wrap = %q", got)
	}
	if got := strings.Join(sanitize.Unicode.Wrap("a report", 4), "|"); got != "a|repo|rt" {
		t.Errorf("Wrap = %q", got)
	}
	if got := sanitize.Unicode.Wrap(" \n ", 10); len(got) != 0 {
		t.Errorf("white space makes lines: %q", got)
	}
}

// A terminal that counts cells rune by rune, as most do, draws a row as wide as the renderer
// expects.
func TestRowsAreAsWideInEveryTerminal(t *testing.T) {
	for _, s := range []string{
		"👨‍👩‍👧‍👦 family", "👍🏿👍🏻", "❤️ 1️⃣ #️⃣ ☎️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "🇩🇪🇫🇷🇮", "ทำงานหนัก", "ກຳລັງ", "ﾊﾝｶｸ ｶﾞｷﾞ ﾊﾟ",
		"각 한글", "Ångström café", "العربية", "עִבְרִית", "日本語、テスト", "🏳️‍🌈🧑🏽‍💻", "a\u200b\u200d\ufe0fb", "Ω≈ç√∫˜µ≤",
	} {
		line := sanitize.Line(s)
		if byCluster, byRune := ansi.StringWidth(line), ansi.StringWidthWc(line); byCluster != byRune {
			t.Errorf("%q: %d cells by clusters, %d by runes", line, byCluster, byRune)
		}
	}
}

// The filter knows all letters that would swallow a cell after their field, in the version of
// Unicode that the width function uses.
func TestNoPrintableRuneJoinsTheNextField(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.IsPrint(r) || unicode.In(r, unicode.Han, unicode.Hangul, unicode.Tangut) {
			continue // the others are thousands of the same kind
		}
		for _, line := range []string{sanitize.Line(string(r)), sanitize.Line("a" + string(r))} {
			if w := ansi.StringWidth("│" + line + " "); w != 2+ansi.StringWidth(line) {
				t.Errorf("%U: a field with %q between two others is %d cells too wide", r, line, w-2-ansi.StringWidth(line))
			}
		}
	}
}

// The fast path accepts only what the whole filter accepts.
func TestPlainLettersNeedNoCleaning(t *testing.T) {
	for r := rune(1); r <= 0x20000; r++ {
		plain := "a" + string(r) + "a"
		if sanitize.Plain(r) && !unicode.IsPrint(r) {
			t.Errorf("%U is not printable", r)
		}
		// A skin tone, which goes without a trace, forces the long way.
		if want := sanitize.Line(plain + "\U0001F3FB"); sanitize.Line(plain) != want {
			t.Errorf("%U: %q the short way, %q the long one", r, sanitize.Line(plain), want)
		}
	}
}

func TestAMegabyteInARowCostsNoFrame(t *testing.T) {
	s := strings.Repeat("é\u202e", 1<<19)
	if got, want := sanitize.Unicode.Fit(s, 10), "ééééééééé…"; got != want {
		t.Errorf("Fit = %q, want %q", got, want)
	}
	if n := testing.AllocsPerRun(1, func() { sanitize.Unicode.Fit(s, 10) }); n > 30 {
		t.Errorf("%v allocations", n)
	}
}
