package job

import (
	"regexp"
	"strings"
)

// Shorten returns a text with each job ID cut to its short form, "01890a5d…". It recognizes
// IDs in either case, with hyphens or without, which the API accepts, too; what only looks
// like one, such as a checksum, is cut as well.
func Shorten(text string) string {
	var b strings.Builder
	from := 0 // everything before is in b
	for i := 0; i+2*len(ID{}) <= len(text); {
		n := idLen(text[i:])
		if n == 0 {
			i++
			continue
		}
		b.WriteString(text[from : i+shortLen])
		b.WriteString("…")
		i += n
		from = i
	}
	if from == 0 {
		return text
	}
	b.WriteString(text[from:])
	return b.String()
}

// shortLen is the length of [ID.Short].
const shortLen = 8

// idLen returns the length of the ID that s begins with, or 0.
func idLen(s string) int {
	n := 0
	for group, digits := range [...]int{8, 4, 4, 4, 12} {
		if group > 0 && n < len(s) && s[n] == '-' {
			n++
		}
		for end := n + digits; n < end; n++ {
			if n == len(s) || !isHex(s[n]) {
				return 0
			}
		}
	}
	return n
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// Scrub cuts job IDs as [Shorten] does, and URLs down to their scheme. It is for texts
// that leave the screen: logs, notifications and crash reports.
func Scrub(text string) string {
	url := regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)[^\s"'<>]+`)
	return url.ReplaceAllString(Shorten(text), "$1…")
}
