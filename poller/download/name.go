package download

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the longest name made of untrusted text, in bytes: with what is added to
// it, within the 143 that encrypted folders leave of the usual 255.
const maxName = 110

// names is what a job's file may be called, of which the first that is free is taken:
// the description, then with the short ID, then numbered.
func names(description, short string) []string {
	stem := Name(trimPDF(description), "")
	if stem == "" {
		return numbered(nil, "job "+short)
	}
	return numbered([]string{stem + ".pdf"}, stem+" ("+short+")")
}

func numbered(names []string, stem string) []string {
	names = append(names, stem+".pdf")
	for n := 2; n <= 20; n++ {
		names = append(names, stem+" "+strconv.Itoa(n)+".pdf")
	}
	return names
}

func trimPDF(s string) string {
	s = strings.TrimSpace(s)
	if n := len(s) - len(".pdf"); n >= 0 && strings.EqualFold(s[n:], ".pdf") {
		return s[:n]
	}
	return s
}

// Name makes one file or folder name of untrusted text, safe on every system that we
// know of: no separators, controls or bidi, nothing that hides or is reserved, at most
// 110 bytes. If nothing is left of the text, it is instead.
func Name(text, instead string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) && !unicode.IsSpace(r):
			continue // controls and bidi controls, private use, what is not UTF-8
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case strings.ContainsRune(`/\:*?"<>|`, r):
			r = '-'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if b.Len()+utf8.RuneLen(r) >= maxName { // one byte is kept for the guard below
			break
		}
		b.WriteRune(r)
	}
	s := strings.TrimLeft(b.String(), ". -~") // hidden, an option's dash, a shell's home
	s = strings.TrimRight(s, ". ")            // Windows drops these silently
	if reserved(s) {
		s = "_" + s
	}
	if s == "" {
		return instead
	}
	return s
}

// reserved knows the names that Windows gives to devices, whatever their ending.
func reserved(s string) bool {
	stem, _, _ := strings.Cut(s, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(rest, "0123456789¹²³")
}
