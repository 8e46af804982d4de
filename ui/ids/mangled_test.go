package ids_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/ids"
)

// Mails, web pages, word processors and terminals change an ID in invisible ways.
func TestAnIDThatAMailOrAPageHasMangledIsFound(t *testing.T) {
	flat := strings.ReplaceAll(idA, "-", "")
	dashes := func(dash string) string { return strings.ReplaceAll(idA, "-", dash) }
	texts := map[string]string{
		"broken over two lines":          "the job " + idA[:20] + "\n" + idA[20:] + " is late",
		"broken, in a quoted mail":       "> the job " + idA[:20] + "\r\n> " + idA[20:] + "\r\n> is late",
		"broken, quoted twice":           ">> " + idA[:11] + "\n>> " + idA[11:],
		"broken and indented":            "    " + idA[:30] + " \n\t    " + idA[30:],
		"broken in its first group":      "see " + idA[:3] + "\n" + idA[3:] + ".",
		"broken after a hyphen":          idA[:9] + "\n" + idA[9:],
		"broken before a hyphen":         idA[:8] + "\n" + idA[8:],
		"broken with a hyphen":           idA[:26] + "-\n" + idA[26:],
		"broken, as tmux pastes it":      idA[:20] + "\r" + idA[20:],
		"broken in a URL":                "<https://api.markdown2pdf.ai/job/" + idA[:20] + "\n" + idA[20:] + "/status>",
		"a soft break":                   "the job_id=3D" + idA[:20] + "=\r\n" + idA[20:] + "-2.pdf",
		"a soft break without hyphens":   "job " + flat[:20] + "=\n" + flat[20:],
		"an escaped =":                   "?id=3D" + idA,
		"hyphens of several kinds":       idA[:8] + "\u2011" + idA[9:13] + "\u2013" + idA[14:18] + "\u00ad" + idA[19:],
		"a zero-width space":             idA[:5] + "\u200b" + idA[5:],
		"joiners":                        dashes("\u200c-\u200d"),
		"a word joiner and a BOM":        "\u2060" + idA[:9] + "\u2060" + idA[9:14] + "\ufeff" + idA[14:] + "\ufeff",
		"directions":                     "\u2066" + idA[:9] + "\u200e" + idA[9:] + "\u2069",
		"soft hyphens beside the hard":   dashes("-\u00ad"),
		"coloured in part":               "\x1b[1;31m" + idA[:13] + "\x1b[m\x1b[K" + idA[13:],
		"each character coloured":        rainbow(idA),
		"a hyperlink's end":              idA[:8] + "\x1b]8;;\x1b\\" + idA[8:],
		"a character set":                idA[:8] + "\x1b(B\x1b[m" + idA[8:],
		"no hyphens":                     flat,
		"no hyphens, in a sentence":      "job " + strings.ToUpper(flat) + ", please",
		"no hyphens, in JSON":            `{"id":"` + flat + `"}`,
		"no hyphens, in a path":          "/job/" + flat + "/status",
		"no hyphens, in an encoded URL":  "%2Fjob%2F" + flat + "%2Fstatus",
		"no hyphens, coloured":           "\x1b[32m" + flat + "\x1b[0m",
		"no hyphens, a zero-width space": flat[:16] + "\u200b" + flat[16:],
	}
	for _, dash := range []string{"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\u00ad", "\uff0d", "\ufe63"} {
		texts["dashes "+dash] = "x" + dashes(dash)
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			for _, around := range []string{"%s", "%s\n" + idB, idB + "\n%s\n" + idC} {
				text := fmt.Sprintf(around, text)
				got := ids.Find(text)
				if n := strings.Count(fmt.Sprint(got.IDs), idA); n != 1 || got.Near != 0 {
					t.Errorf("in %q it is %d times, and %d are near one", text, n, got.Near)
				}
			}
		})
	}
}

// rainbow gives each character a colour of its own, as lolcat does.
func rainbow(s string) string {
	var b strings.Builder
	for i, c := range s {
		fmt.Fprintf(&b, "\x1b[38;2;%d;128;%dm%c\x1b[39m", 255-i, 128+i, c)
	}
	return b.String()
}

// What only looks like an ID is counted, so that the user can be told.
func TestWhatIsNearlyAnIDIsCounted(t *testing.T) {
	for text, near := range map[string]int{
		idA[:35]:                                1,
		idA[:35] + "\n" + idB + "\n" + idC[:35]: 2,
		"job " + idA[:18] + " is late":          1, // 8-4-4
		idA[:20]:                                1, // the end of the text cuts it
		idB + "\n" + idA[:11]:                   1,
		idA[5:]:                                 1, // and here the beginning
		idA + "0":                               1,
		"0" + idA:                               1,
		strings.Replace(idA, "0", "O", 1):       1,
		strings.Replace(idA, "c9", "cO", 1):     1,
		strings.Replace(idA, "77", "7O", 1):     1,
		strings.Replace(idA, "bc", "Oc", 1):     1,
		strings.Replace(idA, "302", "3O2", 1):   1,
		"job-" + idA[:30] + ".pdf":              1,
		idA[:28] + "\n" + idB:                   1, // no digit of the next line's is the cut one's
		idA[:28] + "\n" + idB[:20]:              2,
		idA[:28] + "…\n" + idB[:28] + "…":       2,
		idA[:23] + "\n" + idA[24:]:              1, // the hyphen is lost

		idA + " " + idB: 0,
		"2025-06-10 15:55:31 and 20250610-155531, 4111-1111-1111-1111, 555-0199":                0,
		"a git hash 83baae61804e65cc73a7201a7252750c76066a30, d41d8cd98f00b204e9800998ecf8427e": 0,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":                               0, // of a traceparent header
		"00000000-0000-0000-0000-000000000000":                                                  0,
	} {
		if got := ids.Find(text); got.Near != near {
			t.Errorf("%q: %d near, want %d; IDs %v", text, got.Near, near, got.IDs)
		}
	}
}

// Words, lists and other IDs are never joined to one.
func TestWhatDoesNotBelongTogetherIsNotJoined(t *testing.T) {
	flat := strings.ReplaceAll(idA, "-", "")
	for text, want := range map[string]string{
		idA[:28] + "\n" + idB:                        "[" + idB + "]",
		idA[:28] + "\n" + idB[:20]:                   "[]",
		idA[:28] + "\n\n" + idA[28:]:                 "[]",
		idA[:9] + "\n" + idA[9:14] + "\n" + idA[14:]: "[]",
		flat[:16] + "\n" + flat[16:]:                 "[]", // two trace IDs
		flat + "ff":                                  "[]",
		"x" + flat:                                   "[]",
		"00-" + flat + "-00f067aa0ba902b7-01":        "[]",
		idA + "\u200b" + idB:                         "[" + idA + " " + idB + "]",
		idA + "\x1b[0mf":                             "[" + idA + "]",
		"0\x1b " + idB:                               "[" + idB + "]", // ESC space f is a sequence
		"add\n" + idA:                                "[" + idA + "]",
		"- " + idA + "\n- " + idB:                    "[" + idA + " " + idB + "]",
		idA + "-\n" + idB:                            "[" + idA + " " + idB + "]",
	} {
		if got := fmt.Sprint(ids.Find(text).IDs); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

const (
	invisible = `\p{Cf}*` // escape sequences are made a zero-width space before
	hyphen    = `[\p{Pd}\x{2212}]`
	gap       = `(?:` + invisible + hyphen + invisible + `|` + invisible + `\x{ad}` + invisible + `)`
	blanks    = `(?:[\t\p{Zs}]|[^\P{Cf}\x{ad}])*`
	lineEnd   = blanks + `%s` + blanks + `(?:\r\n?|\n)(?:[>|\t\p{Zs}]|[^\P{Cf}\x{ad}])*`
)

// grammar returns a pattern of an ID that is broken over two lines after a number of digits,
// 0 for none, with soft before the line end.
func grammar(dashed bool, broken int, soft string) *regexp.Regexp {
	end := fmt.Sprintf(lineEnd, soft)
	var text strings.Builder
	text.WriteString(`^[0-9a-fA-F]`)
	for n := 1; n < 32; n++ {
		boundary := slices.Contains([]int{8, 12, 16, 20}, n)
		switch {
		case n == broken && boundary && dashed:
			text.WriteString(`(?:` + gap + end + `|` + invisible + end + gap + `)`)
		case n == broken && boundary:
			text.WriteString(invisible + end)
		case n == broken:
			text.WriteString(invisible + `(?:` + hyphen + invisible + `)?` + end)
		case boundary && dashed:
			text.WriteString(gap)
		default:
			text.WriteString(invisible)
		}
		text.WriteString(`[0-9a-fA-F]`)
	}
	return regexp.MustCompile(text.String())
}

type form struct {
	*regexp.Regexp
	dashed, wraps bool
}

func forms() (all []form) {
	for n := range 32 {
		all = append(all, form{grammar(true, n, ""), true, n > 0}, form{grammar(true, n, "="), true, false})
		all = append(all, form{grammar(false, n, "="), false, false})
	}
	return all
}

var (
	hexAfter   = regexp.MustCompile(`^[0-9a-fA-F]`)
	hyphenHex  = regexp.MustCompile(`^[\p{Cf}\p{Pd}\x{2212}]*[0-9a-fA-F]`)
	hexBefore  = regexp.MustCompile(`[0-9a-fA-F]$`)
	escape     = regexp.MustCompile(`([%=][0-9a-fA-F]{2}|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})$`)
	wordAfter  = regexp.MustCompile(`^[0-9a-zA-Z_-]`)
	wordBefore = regexp.MustCompile(`[0-9a-zA-Z_-]$`)
	notHex     = regexp.MustCompile(`[^0-9a-fA-F]`)
	aUUID      = regexp.MustCompile(`^.{12}[1-8].{3}[89abAB]`)
	allTheSame = regexp.MustCompile(`^(?i)(0+|f+)$`)
)

// reference tries every form of an ID at every place of the text.
func reference(text string, forms []form) (found ids.Found) {
	seen := map[job.ID]bool{}
	for i := 0; i < len(text); {
		id, n := idAt(text, i, forms)
		switch {
		case n == 0:
			i++
			continue
		case id == nil:
		case seen[*id]:
			found.Duplicates++
		default:
			seen[*id] = true
			found.IDs = append(found.IDs, *id)
		}
		i += n
	}
	return found
}

// idAt returns the ID at text[i:], nil for a placeholder, and its length, 0 for none.
func idAt(text string, i int, forms []form) (*job.ID, int) {
	before := text[:i]
	escaped := escape.MatchString(before)
	if hexBefore.MatchString(before) && !escaped {
		return nil, 0
	}
	plain, at := unsequenced(text[i:])
	for _, f := range forms {
		m := f.FindString(plain)
		if m == "" {
			continue
		}
		after := plain[len(m):]
		digits := notHex.ReplaceAllString(m, "")
		alone := aUUID.MatchString(digits) && !wordAfter.MatchString(after) &&
			(escaped || !wordBefore.MatchString(before) || endsSequence(before))
		switch {
		case f.wraps && hyphenHex.MatchString(after), hexAfter.MatchString(after), !f.dashed && !alone:
			continue
		case allTheSame.MatchString(digits):
			return nil, at[len(m)]
		}
		id, err := job.Parse(digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:])
		if err != nil {
			panic(err)
		}
		return &id, at[len(m)]
	}
	return nil, 0
}

// unsequenced replaces each escape sequence by a zero-width space, and returns where each
// byte of the result comes from.
func unsequenced(text string) (plain string, at []int) {
	var b strings.Builder
	for i := 0; i < len(text); {
		n, put := 1, text[i:i+1]
		if text[i] == 0x1b {
			if size := sequence(text[i:]); size > 0 {
				n, put = size, "\u200b"
			}
		}
		b.WriteString(put)
		for range len(put) {
			at = append(at, i)
		}
		i += n
	}
	return b.String(), append(at, len(text))
}

func endsSequence(before string) bool {
	i := strings.LastIndexByte(before, 0x1b)
	return i >= 0 && i+sequence(before[i:]) == len(before)
}

// sequence returns the length of an escape sequence, 0 if it has no end or a space.
func sequence(text string) int {
	seq, _, _, state := ansi.DecodeSequence(text, ansi.NormalState, nil)
	if state != ansi.NormalState || strings.Contains(seq, " ") {
		return 0
	}
	return len(seq)
}

func FuzzEveryIDOfAnyTextIsFound(f *testing.F) {
	for _, s := range []string{
		idA, idA + idB, idA + "-" + idB, "%2F" + idA + "%2f" + idB, "x" + idA + "y", "0" + idA, idA + "f",
		`\u002f` + idA, `\x2F` + idA, `\U0001F4c4` + idA, `\U002f` + idA, `\X2f` + idA,
		idA[:24] + idB, idA + "-" + idA[9:], "--------" + idA, "00000000-0000-0000-0000-000000000000", "\xff" + idA + "\x00",
		idA[:20] + "\n> " + idA[20:], idA[:20] + "=\r\n" + idA[20:], rainbow(idA), strings.ReplaceAll(idA, "-", "\u00ad"),
		strings.ReplaceAll(idA, "-", "\u2011"), strings.ReplaceAll(idA, "-", ""), idA[:28] + "\n" + idB, "\x1b[1m" + idA[:10] + "\x1b[m" + idA[10:],
	} {
		f.Add(s)
	}
	forms := forms()
	f.Fuzz(func(t *testing.T, s string) {
		if isUTF16(s) || len(s) > 2000 {
			t.Skip("UTF-16 has a target of its own, and what is longer takes the reference too long")
		}
		got, want := ids.Find(s), reference(s, forms)
		if fmt.Sprint(got.IDs, got.Duplicates) != fmt.Sprint(want.IDs, want.Duplicates) {
			t.Errorf("IDs(%q) = %v, want %v", s, got, want)
		}
		for _, size := range []int{1, 7} {
			if again := inPieces(s, size); fmt.Sprint(again) != fmt.Sprint(got) {
				t.Errorf("%q: in pieces of %d bytes it is %v, not %v", s, size, again, got)
			}
		}
	})
}

// isUTF16 reports whether a text may be taken for UTF-16, if in part.
func isUTF16(text string) bool {
	return strings.Contains(text, "\x00") || strings.Contains(text, "\xff\xfe") || strings.Contains(text, "\xfe\xff")
}

// inPieces finds the IDs of a text that comes so many bytes at a time.
func inPieces(text string, size int) ids.Found {
	var parts []io.Reader
	for part := range slices.Chunk([]byte(text), size) {
		parts = append(parts, bytes.NewReader(part))
	}
	s := ids.NewScanner(io.MultiReader(parts...))
	for s.Scan() == nil {
	}
	return s.Found
}

// What writes the text may pause anywhere, also within an ID.
func TestAnIDIsFoundAsSoonAsItIsWhole(t *testing.T) {
	for _, pieces := range [][]string{
		{"job " + idA[:20], idA[20:] + "\n!", idB + "\n!"},
		{idA + "\r\n!", idB[:8], "-", idB[9:], ", !"},
		{idA[:20] + "\n> ", idA[20:], " and!"},
		{idA[:20] + "\n> ", idA[20:] + "-", "pdf!"},
		{"\x1b[32m" + idA[:12], "\x1b[", "m" + idA[12:] + "\x1b!"},
		{idA[:8] + "\xe2\x80", "\x91" + idA[9:] + " !"},
		{idA, "\n!"},
		{idA + "\nthe!", " next"},
		{encode(binary.LittleEndian, idA+"\n") + "i!", "\x00", encode(binary.LittleEndian, "s "+idB+"\n") + "!"},
		{"deadbeef", "\n", "deadbee", " " + idA + ".!"},
	} {
		var s *ids.Scanner
		var parts []io.Reader
		want := 0
		for i, p := range pieces {
			parts = append(parts, strings.NewReader(strings.TrimSuffix(p, "!")), readerFunc(func([]byte) (int, error) {
				if want += strings.Count(p, "!"); len(s.IDs) != want { // each ends an ID
					t.Errorf("after %q: %v, want %d IDs", pieces[:i+1], s.IDs, want)
				}
				return 0, io.EOF
			}))
		}
		s = ids.NewScanner(io.MultiReader(parts...))
		for s.Scan() == nil {
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Whatever an endless text contains, little of it is kept.
func TestLittleIsKeptOfALongText(t *testing.T) {
	for name, text := range map[string]string{
		"prose": "A well-known text, 2025-06-10, without IDs. ", "digits": "0", "spaces": " ", "lines": "\n", "hyphens": "a-",
		"near IDs": idA[:35] + "-", "sequences": "a\x1b[m", "zero-width": "a\u200b", "an open sequence": "\x1b]",
	} {
		long := strings.Repeat(text, 4096/len(text))
		var parts []io.Reader
		for range 500 {
			parts = append(parts, strings.NewReader(long))
		}
		endless := io.MultiReader(parts...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		scanner := ids.NewScanner(endless)
		var err error
		for err == nil {
			err = scanner.Scan()
		}
		n := scanner.Length
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 100<<10 || n < 500*int64(len(long)) || !errors.Is(err, io.EOF) {
			t.Errorf("%s: %d KB for %d bytes of text, %v", name, took>>10, n, err)
		}
	}
}

// mangle changes an ID as mails, pages and terminals do, without making it another.
func mangle(id job.ID, r *rand.Rand) string {
	text := id.String()
	if id[6]>>4 == 4 && id[8]>>6 == 2 && r.IntN(2) == 0 {
		text = strings.ReplaceAll(id.String(), "-", "")
	}
	invisible := []string{"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\x1b[31m", "\x1b[0m", "\x1b[m\x1b[K", "\x1b[38;5;10m"}
	dashes := []string{"-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\u00ad", "\ufe63", "\uff0d"}
	ends := []string{"\n", "\r\n", "\r", " \n", "=\n", "=\r\n"}
	indents := []string{"", "> ", "    ", ">> ", "\t", "> > "}
	dashed, ways := strings.Contains(text, "-"), r.IntN(8)
	broken := 1 + r.IntN(len(text)-1)
	var b strings.Builder
	for i, c := range text {
		if ways&1 != 0 && i > 0 && r.IntN(8) == 0 {
			b.WriteString(invisible[r.IntN(len(invisible))])
		}
		if ways&2 != 0 && i == broken {
			end := ends[r.IntN(len(ends))]
			if !dashed {
				end = ends[4+r.IntN(2)]
			}
			if mid := c != '-' && text[i-1] != '-'; mid && dashed && r.IntN(2) == 0 && !slices.Contains([]int{8, 13, 18, 23}, i) {
				b.WriteString("-")
			}
			b.WriteString(end + indents[r.IntN(len(indents))])
		}
		if c == '-' && ways&4 != 0 {
			b.WriteString(dashes[r.IntN(len(dashes))])
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// A mangled ID is found once in any text, and takes nothing away from the text around it.
func FuzzAMangledIDIsFoundInAnyText(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed, "", "")
		f.Add(seed, idB+"\n", "\n"+idC)
		f.Add(seed, "> ", " is late")
	}
	f.Fuzz(func(t *testing.T, seed uint64, before, after string) {
		r := rand.New(rand.NewPCG(seed, seed))
		var id job.ID
		binary.NativeEndian.PutUint64(id[:8], r.Uint64())
		binary.NativeEndian.PutUint64(id[8:], r.Uint64())
		if r.IntN(2) == 0 {
			id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4
		}
		first, last := ids.Find(before+" "), ids.Find(" "+after)
		if first.Near > 0 || isUTF16(before+after) {
			t.Skip("it may be a part of the ID that comes, or UTF-16")
		}
		text := before + " " + mangle(id, r) + " " + after
		var want []job.ID
		for _, id := range slices.Concat(first.IDs, []job.ID{id}, last.IDs) {
			if !slices.Contains(want, id) {
				want = append(want, id)
			}
		}
		if got := ids.Find(text); !slices.Equal(got.IDs, want) {
			t.Errorf("IDs(%q) = %v, want %v", text, got.IDs, want)
		}
	})
}

// A text has the same IDs in any encoding, and cut anywhere. Its parts, which begin with a few ASCII
// characters, may each have another encoding.
func FuzzAnyEncodingHasTheSameIDs(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed, []byte{1, 7, 200})
	}
	scripts := []string{"a well-known text", "Prüfung für Süßes", "Счёт №12", "請查看上一個作業", "あいうえおです", "अनुवाद", "📄📎", "\u2028"}
	f.Fuzz(func(t *testing.T, seed uint64, cuts []byte) {
		r := rand.New(rand.NewPCG(seed, seed))
		var plain, encoded strings.Builder
		for range 1 + r.IntN(6) {
			words := []string{[]string{"the next jobs of Monday:", idA}[r.IntN(2)]}
			for range r.IntN(12) {
				var id job.ID
				binary.NativeEndian.PutUint64(id[:8], r.Uint64())
				binary.NativeEndian.PutUint64(id[8:], r.Uint64())
				word := []rune(scripts[r.IntN(len(scripts))])
				words = append(words, string(word[r.IntN(len(word)):]), mangle(id, r))
			}
			part := strings.Join(words, []string{" ", "\n", "\r\n", "\u3002"}[r.IntN(4)]) + "\n"
			plain.WriteString(part)
			mark := []string{"", "\ufeff"}[r.IntN(2)]
			switch r.IntN(3) {
			case 0:
				encoded.WriteString(mark + part)
			case 1:
				encoded.WriteString(encode(binary.LittleEndian, mark+part))
			case 2:
				encoded.WriteString(encode(binary.BigEndian, mark+part))
			}
		}
		var parts []io.Reader
		rest := encoded.String()
		for i := 0; len(rest) > 0 && len(cuts) > 0; i++ {
			n := min(1+int(cuts[i%len(cuts)]), len(rest))
			parts, rest = append(parts, strings.NewReader(rest[:n])), rest[n:]
		}
		s := ids.NewScanner(io.MultiReader(append(parts, strings.NewReader(rest))...))
		for s.Scan() == nil {
		}
		if want := ids.Find(plain.String()); fmt.Sprint(s.Found) != fmt.Sprint(want) {
			t.Errorf("%q:\n got %v\nwant %v", encoded.String(), s.Found, want)
		}
	})
}
