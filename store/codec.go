package store

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-faster/jx"

	"example.com/jobwatch/poller/job"
)

// Version is the version of the state file's format that this package reads and writes. See
// FORMAT.md.
const Version = 1

// Limits of what is written, in bytes. They keep a line under [maxLine] even if every
// byte of it has to be escaped: what the API says is untrusted.
const (
	maxWord    = 256      // a status
	maxText    = 16 << 10 // a description, meta, path, cause, file or name
	maxHistory = 100      // status changes of one job
)

// The first bytes of every header and of every other line that jobwatch wrote.
const (
	headerStart = `{"jobwatch":`
	opStart     = `{"op":"`
)

// header is the first line of a state file.
type header struct {
	Version   int    `json:"jobwatch"`
	ID        string `json:"id"`
	Compacted int    `json:"compacted"`
	Op        any    `json:"op"` // of other lines
}

// parseHeader reads a header. The rest of a newer version's need not make sense: that file is
// left alone anyway.
func parseHeader(line []byte) (h header, ok bool) {
	err := json.Unmarshal(line, &h)
	return h, h.Version > Version || err == nil && h.Version > 0 && h.ID != "" && h.Op == nil
}

// newHeader returns the header's line of a new file.
func newHeader() []byte {
	return fmt.Appendf(nil, headerStart+`%d,"id":"%016x","compacted":0}`+"\n", Version, rand.Uint64())
}

// compacted returns a header's line for the file after another compaction, with what a newer
// version has added. A header that is damaged, or was written by hand, is replaced.
func compacted(line []byte) []byte {
	h, ok := parseHeader(line)
	count := fmt.Appendf(nil, `"compacted":%d`, h.Compacted)
	if !ok || !bytes.Contains(line, count) {
		return newHeader()
	}
	return bytes.Replace(line, count, fmt.Appendf(nil, `"compacted":%d`, h.Compacted+1), 1)
}

// record holds one decoded line other than a header. Newer versions may write other ops.
type record struct {
	op    op
	line  span
	job   Job   // of track and status; only its ID of forget
	batch Batch // of batch
}

// op names the change that a line makes.
type op string

const (
	trackOp  op = "track"
	statusOp op = "status"
	forgetOp op = "forget"
	batchOp  op = "batch"
)

// asOp returns a record as an [Op]; nil for a line that is unknown.
func (r *record) asOp() Op {
	switch r.op {
	case trackOp:
		return Track{r.job}
	case statusOp:
		return Observe{r.job}
	case forgetOp:
		return Forget{r.job.ID}
	case batchOp:
		return SetBatch{r.batch}
	default:
		return nil
	}
}

// codec reads lines into its record, and writes its record as a line.
type codec struct {
	record
	change                   Change // of the history that is read or written
	ofJob, ofBatch, ofChange []field
	keysOnly                 bool // to read no more of good lines than their op and ID

	in      jx.Decoder
	history []Change // for its memory
	buf     []byte   // the same
	words   map[string]string
}

// field is a field of a line: its name, and a pointer to its value in the record.
type field struct {
	name  string
	value any
}

// word is a short text that other lines are likely to have, too.
type word string

func newCodec() *codec {
	c := &codec{words: make(map[string]string)}
	j, b := &c.job, &c.batch
	c.ofChange = []field{{"status", (*word)(&c.change.Status)}, {"at", &c.change.At}}
	c.ofBatch = []field{{"op", (*word)(&c.op)}, {"id", (*word)(&b.ID)}, {"name", &b.Name}, {"added", &b.Added}}
	c.ofJob = []field{
		{"op", (*word)(&c.op)},
		{"id", &j.ID},
		{"batch", (*word)(&j.Batch)},
		{"added", &j.Added},
		{"answered", &j.Answered},
		{"status", (*word)(&j.Answer.Status)},
		{"progress", &j.Answer.Progress},
		{"description", &j.Answer.Description},
		{"meta", &j.Answer.Meta},
		{"path", &j.Answer.Path},
		{"started", &j.Started},
		{"ended", &j.Ended},
		{"end", &j.End},
		{"cause", &j.Cause},
		{"file", &j.File},
		{"history", &j.History},
	}
	return c
}

// endWords are the format's words for ends. After a word of a newer version the job is
// polled again, which finds out.
func endWords() []string {
	return []string{job.EndedDone: "done", job.EndedError: "error", job.EndedGivenUp: "given up", job.EndedRejected: "rejected"}
}

// lines returns ops as lines.
func (c *codec) lines(ops []Op) []byte {
	lines := make([]byte, 0, 512*len(ops))
	for _, op := range ops {
		c.record = op.record()
		if c.job.Answer.Status == "" {
			c.job.Answer.Progress = job.Unknown
		}
		line := c.encode()
		if len(line) > maxLine { // our own fields are bounded, but not those of a newer version
			c.job.Extra, c.batch.Extra = nil, nil
			line = c.encode()
		}
		lines = append(lines, line...)
	}
	return lines
}

// encode returns the record's line.
func (c *codec) encode() []byte {
	w := &jx.Writer{Buf: c.buf[:0]}
	if c.op == batchOp {
		c.writeObject(w, c.ofBatch, c.batch.Extra)
	} else {
		c.writeObject(w, c.ofJob, c.job.Extra)
	}
	w.RawStr("\n")
	c.buf = w.Buf
	return escape(w.Buf)
}

func (c *codec) writeObject(w *jx.Writer, fields []field, extra Extra) {
	w.ObjStart()
	for _, f := range fields {
		without := len(w.Buf)
		w.FieldStart(f.name)
		name := len(w.Buf)
		if c.writeValue(w, f.value); len(w.Buf) == name && f.name == "id" {
			w.Str("") // of a batch
		} else if len(w.Buf) == name {
			w.Buf = w.Buf[:without]
			continue
		}
		w.Comma()
	}
	if len(extra) > 0 {
		for _, name := range slices.Sorted(maps.Keys(extra)) {
			w.FieldStart(name)
			w.Raw(extra[name])
			w.Comma()
		}
	}
	w.Buf = bytes.TrimSuffix(w.Buf, []byte{','})
	w.ObjEnd()
}

// writeValue writes the value of a field, nothing if it has none.
func (c *codec) writeValue(w *jx.Writer, value any) {
	text, most := "", maxWord
	switch v := value.(type) {
	case *word:
		text = string(*v)
	case *string:
		text, most = *v, maxText
	case *job.End:
		text = endWords()[*v]
	case *job.ID:
		text = v.String()
	case *job.Progress:
		if *v >= 0 && *v <= 1 {
			w.Float64(float64(*v))
		}
	case *time.Time:
		if t := v.UTC(); !v.IsZero() && t.Year() >= 0 && t.Year() <= 9999 { // RFC 3339 has no others
			w.Buf = t.AppendFormat(w.Buf, `"2006-01-02T15:04:05.000Z"`)
		}
	case *[]Change:
		if len(*v) == 0 {
			return
		}
		w.ArrStart()
		for _, c.change = range (*v)[max(0, len(*v)-maxHistory):] {
			c.writeObject(w, c.ofChange, nil)
			w.Comma()
		}
		w.Buf[len(w.Buf)-1] = ']'
	}
	if len(text) > most { // to whole runes
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
	}
	if text != "" {
		w.Str(text)
	}
}

// escape escapes everything unprintable in a line of JSON, which has that in strings only, so
// that the file can be looked at in a terminal without obeying it.
func escape(line []byte) []byte {
	if !slices.ContainsFunc(line, func(b byte) bool { return b >= 0x7f }) {
		return line
	}
	var out []byte
	for _, r := range string(line) {
		switch high, low := utf16.EncodeRune(r); {
		case r == '\n' || unicode.IsPrint(r):
			out = utf8.AppendRune(out, r)
		case high == utf8.RuneError:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		}
	}
	return out
}

// decode reads a line into the record. It returns false if there is no record.
func (c *codec) decode(line []byte) bool {
	c.op, c.batch, c.job = c.opOf(line), Batch{}, Job{Answer: job.Answer{Progress: job.Unknown}}
	if !utf8.Valid(line) {
		line = bytes.ToValidUTF8(line, []byte("\ufffd"))
	}
	c.in.ResetBytes(line)
	var identified bool
	var err error
	switch c.op {
	case trackOp, statusOp, forgetOp:
		identified, err = c.readObject(c.ofJob, &c.job.Extra)
	case batchOp:
		identified, err = c.readObject(c.ofBatch, &c.batch.Extra)
	default:
		identified, err = c.op != "", c.in.Skip()
	}
	return identified && (c.keysOnly || err == nil && c.in.Skip() == io.EOF) //nolint:errorlint // one within a value is wrapped
}

// opOf returns the op of a line, "" if it has none.
func (c *codec) opOf(line []byte) op {
	c.in.ResetBytes(line)
	object, err := c.in.ObjIter()
	for err == nil && object.Next() {
		if string(object.Key()) == "op" {
			text, _ := c.in.StrBytes()
			return op(c.word(text))
		}
		err = c.in.Skip()
	}
	return ""
}

// readObject reads fields, of which the last one of a name holds, but for the op and the ID. It
// reports whether there was an ID.
func (c *codec) readObject(fields []field, extra *Extra) (identified bool, err error) {
	object, err := c.in.ObjIter()
	next := 0 // the field that jobwatch writes behind the last one
	for err == nil && (!identified || !c.keysOnly) && object.Next() {
		n := 0
		for n < len(fields) && fields[(next+n)%len(fields)].name != string(object.Key()) {
			n++
		}
		switch f := &fields[(next+n)%len(fields)]; {
		case n == len(fields):
			var value jx.Raw
			if value, err = c.in.Raw(); extra != nil {
				if *extra == nil {
					*extra = make(Extra)
				}
				(*extra)[string(object.Key())] = bytes.Clone(value)
			}
		case c.in.Next() == jx.Null:
			err = c.in.Null()
		case f.name == "op", f.name == "id" && identified: // the first one holds
			err = c.in.Skip()
		default:
			next += n + 1
			identified = identified || f.name == "id"
			err = c.readValue(f.value)
		}
	}
	return identified, cmp.Or(err, object.Err())
}

func (c *codec) readValue(value any) error {
	switch v := value.(type) {
	case *job.Progress:
		f, err := c.in.Float64()
		if *v = job.Progress(min(f, 1)); f < 0 {
			*v = job.Unknown
		}
		return err
	case *[]Change:
		c.history = c.history[:0]
		changes, err := c.in.ArrIter()
		for err == nil && changes.Next() {
			c.change = Change{}
			_, err = c.readObject(c.ofChange, nil)
			c.history = append(c.history, c.change)
		}
		*v = append([]Change(nil), c.history...)
		return cmp.Or(err, changes.Err())
	}
	text, err := c.in.StrBytes()
	if err != nil {
		return err
	}
	switch v := value.(type) {
	case *word:
		*v = word(c.word(text))
	case *string:
		*v = string(text)
	case *job.End:
		*v = job.End(max(0, slices.Index(endWords(), string(text)))) //nolint:gosec // there are five
	case *job.ID:
		return v.UnmarshalText(text)
	case *time.Time:
		err = v.UnmarshalText(text)
		*v = v.UTC()
	}
	return err
}

// word returns a text that is in memory only once.
func (c *codec) word(text []byte) string {
	known, ok := c.words[string(text)]
	if !ok {
		known = string(text)
		c.words[string(text)] = known
	}
	return known
}
