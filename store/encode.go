package store

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
)

// Bounds of what is written, in bytes. They keep a line under [journal.MaxLine]
// even if every byte of it has to be escaped: what the API says is untrusted.
const (
	maxWord    = 256      // a status
	maxText    = 16 << 10 // a description, meta, path, cause, file or name
	maxHistory = 100      // status changes of one job
)

// timeLayout is RFC 3339 with milliseconds, in UTC.
const timeLayout = "2006-01-02T15:04:05.000Z"

// endWord returns the format's words for [job.End].
func endWord(e job.End) string {
	switch e {
	case job.EndedDone:
		return "done"
	case job.EndedError:
		return "error"
	case job.EndedGivenUp:
		return "given up"
	case job.EndedRejected:
		return "rejected"
	case job.Live:
	}
	return ""
}

// appendOp appends one op as a line with its newline.
func appendOp(b []byte, op Op, extra bool) []byte {
	var more map[string]json.RawMessage
	switch op := op.(type) {
	case Track:
		b = append(b, opStart+`track","id":"`...)
		b, _ = op.Job.ID.AppendText(b) // never fails
		b = append(b, '"')
		b = appendText(b, `,"batch":`, string(op.Job.Batch))
		b = appendTime(b, `,"added":`, op.Job.Added)
		b = appendRecord(b, &op.Job)
		more = op.Job.Extra
	case Observe:
		b = append(b, opStart+`status","id":"`...)
		b, _ = op.Job.ID.AppendText(b)
		b = append(b, '"')
		b = appendRecord(b, &op.Job)
		more = op.Job.Extra
	case Forget:
		b = append(b, opStart+`forget","id":"`...)
		b, _ = op.ID.AppendText(b)
		b = append(b, '"')
	case SetBatch:
		b = append(b, opStart+`batch","id":`...)
		b = appendString(b, string(op.Batch.ID))
		b = appendText(b, `,"name":`, cut(op.Batch.Name, maxText))
		b = appendTime(b, `,"added":`, op.Batch.Added)
		more = op.Batch.Extra
	}
	if extra {
		b = appendExtra(b, more)
	}
	return append(b, "}\n"...)
}

// appendRecord appends the fields that both track and status lines have.
func appendRecord(b []byte, j *Job) []byte {
	b = appendTime(b, `,"answered":`, j.Answered)
	b = appendText(b, `,"status":`, cut(string(j.Answer.Status), maxWord))
	if p := float64(j.Answer.Progress); j.Answer.Status != "" && p >= 0 && p <= 1 {
		b = append(b, `,"progress":`...)
		b = strconv.AppendFloat(b, p, 'f', -1, 64)
	}
	b = appendText(b, `,"description":`, cut(j.Answer.Description, maxText))
	b = appendText(b, `,"meta":`, cut(j.Answer.Meta, maxText))
	b = appendText(b, `,"path":`, cut(j.Answer.Path, maxText))
	b = appendTime(b, `,"started":`, j.Started)
	b = appendTime(b, `,"ended":`, j.Ended)
	b = appendText(b, `,"end":`, endWord(j.End))
	b = appendText(b, `,"cause":`, cut(j.Cause, maxText))
	b = appendText(b, `,"file":`, cut(j.File, maxText))
	if len(j.History) == 0 {
		return b
	}
	history := j.History[max(0, len(j.History)-maxHistory):]
	b = append(b, `,"history":[`...)
	for i, c := range history {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"status":`...)
		b = appendString(b, cut(string(c.Status), maxWord))
		b = appendTime(b, `,"at":`, c.At)
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendText(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return appendString(append(b, key...), text)
}

// appendTime leaves out the zero time, and years that RFC 3339 has no room for.
func appendTime(b []byte, key string, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if t.IsZero() || year < 0 || year > 9999 {
		return b
	}
	hour, minute, sec := t.Clock()
	// [time.Time.AppendFormat] takes three times as long: a quarter of an Append.
	b = append(b, key...)
	b = appendDigits(b, '"', 4, year)
	b = appendDigits(b, '-', 2, int(month))
	b = appendDigits(b, '-', 2, day)
	b = appendDigits(b, 'T', 2, hour)
	b = appendDigits(b, ':', 2, minute)
	b = appendDigits(b, ':', 2, sec)
	b = appendDigits(b, '.', 3, t.Nanosecond()/int(time.Millisecond))
	return append(b, `Z"`...)
}

// appendDigits appends a byte and a number of so many digits.
func appendDigits(b []byte, before byte, digits, n int) []byte {
	b = append(b, before, '0', '0', '0', '0')
	for i := range digits {
		b[len(b)-5+digits-i] = byte('0' + n%10)
		n /= 10
	}
	return b[:len(b)-4+digits]
}

// appendString appends a JSON string. All that can't be printed is escaped, so
// that the file can be looked at in a terminal without obeying it.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	unit := func(r uint16) {
		b = append(b, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
	}
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch {
			case c == '"' || c == '\\':
				b = append(b, '\\', c)
			case c < ' ' || c == 0x7f:
				unit(uint16(c))
			default:
				b = append(b, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:]) // an invalid byte becomes U+FFFD
		switch {
		case unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		case r <= 0xffff:
			unit(uint16(r)) //nolint:gosec // it fits: just compared
		default:
			hi, lo := utf16.EncodeRune(r)
			unit(uint16(hi)) //nolint:gosec // surrogates are 16 bits
			unit(uint16(lo)) //nolint:gosec // surrogates are 16 bits
		}
		i += n
	}
	return append(b, '"')
}

// cut shortens text to at most n bytes of whole runes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
