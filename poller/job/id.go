package job

import (
	"bytes"
	"encoding/hex"
	"errors"
	"log/slog"
	"regexp"
)

// ID identifies one job: a UUID (RFC 9562) of any version. Whoever holds it may
// read the job (see package api), so it is a secret: it belongs in the state file and on
// the user's screen, never in a log.
type ID [16]byte

// ErrID reports a text that is not a UUID in its canonical form.
var ErrID = errors.New("not a job ID (a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057)")

// Parse reads a UUID in canonical form, in either case. Any other text is [ErrID].
func Parse(s string) (ID, error) {
	var id ID
	err := id.UnmarshalText([]byte(s))
	return id, err
}

// UnmarshalText is [Parse] for decoders.
func (id *ID) UnmarshalText(s []byte) error {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ErrID
	}
	digits := make([]byte, 0, 32)
	for _, group := range [][]byte{s[:8], s[9:13], s[14:18], s[19:23], s[24:]} {
		digits = append(digits, group...)
	}
	var out ID
	if _, err := hex.Decode(out[:], digits); err != nil {
		return ErrID
	}
	*id = out
	return nil
}

// AppendText appends the canonical, lower-case form.
func (id ID) AppendText(b []byte) ([]byte, error) {
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, []byte{c})
	}
	return b, nil
}

// MarshalText returns the canonical, lower-case form.
func (id ID) MarshalText() ([]byte, error) { return id.AppendText(make([]byte, 0, 36)) }

// String returns the canonical, lower-case form.
func (id ID) String() string {
	b, _ := id.MarshalText() // never fails
	return string(b)
}

// Short returns the first 8 hexadecimal digits: enough to tell jobs apart on a
// screen, too little to read one.
func (id ID) Short() string { return hex.EncodeToString(id[:4]) }

// Apart returns the beginning of an ID that tells it apart from others: its short form, or more
// groups of digits than that where another begins alike.
func (id ID) Apart(others ...ID) string {
	same := 0 // bytes that the ID shares with the nearest one
	for _, other := range others {
		for n := 0; other != id && other[n] == id[n]; n++ {
			same = max(same, n+1)
		}
	}
	return id.String()[:[...]int{8, 13, 18, 23, 28, 32, 36}[max(0, same/2-1)]]
}

// Compare orders IDs by their bytes.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// LogValue keeps the ID out of structured logs: it returns the short form.
func (id ID) LogValue() slog.Value { return slog.StringValue(id.Short() + "…") }

var (
	idText  = regexp.MustCompile(`(?i)([0-9a-f]{8})-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}`)
	urlText = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)[^\s"'<>]+`)
)

// Shorten returns a text with each job ID cut to its short form, "01890a5d…". It recognizes
// IDs in either case, with hyphens or without, which the API accepts, too; what only looks
// like one, such as a checksum, is cut as well.
func Shorten(text string) string { return idText.ReplaceAllString(text, "$1…") }

// Scrub cuts job IDs as [Shorten] does, and URLs down to their scheme. It is for texts
// that leave the screen: logs, notifications and crash reports.
func Scrub(text string) string { return urlText.ReplaceAllString(Shorten(text), "$1…") }
