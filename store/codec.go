package store

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/jobwatch/poller/job"
)

// Version is the version of the format that this package reads and writes.
//
// # The format
//
// The state file is a journal: UTF-8 text, a JSON object a line, each line ended
// by a newline and at most 1 MiB long. Programs append lines; what a line says
// replaces what earlier lines said. The first line is the header:
//
//	{"jobwatch":1,"id":"5f0c9a7e21d4b836","compacted":0}
//
//	jobwatch   version of the format; a program leaves a newer one alone
//	id         identifies this file, so that a copy of another one is noticed
//	compacted  how often it was rewritten without its superseded lines
//
// Every other line has an "op". Times are RFC 3339, in UTC, with milliseconds;
// job IDs are UUIDs in lower case. A field without a value is left out.
//
//	{"op":"batch","id":"…","name":"Tuesday","added":"2026-03-03T09:00:00.000Z"}
//	{"op":"track","id":"…","batch":"…","added":"2026-03-03T09:00:00.000Z"}
//	{"op":"status","id":"…","answered":"…","status":"Processing","progress":0.4,…}
//	{"op":"forget","id":"…"}
//
//	batch   adds a batch or gives it another name: the last line of an id holds
//	track   tracks a job: batch, added, and all fields of status that are known;
//	        nothing when it is tracked already
//	status  what is known of a tracked job, whole: the last line holds; nothing
//	        when the job is not tracked (it was removed meanwhile)
//	forget  the job is tracked no more
//
// The fields of status, named after the API's (JobStatus in package api) where it has them:
//
//	answered     when the API answered this
//	status, description, meta (the API's status_meta), path, progress (0 to 1)
//	started      when the job left Not Started
//	ended, end   when and how polling ended: "done", "error", "given up", "rejected"
//	cause        of an end that the API did not explain
//	file         where the job's PDF was saved
//	history      [{"status":"…","at":"…"},…], oldest first, at most 100
//
// Readers keep lines with an op, and fields, that they don't know. They skip a
// damaged line, and drop a last line that lacks its newline unless it is whole.
// Writers hold an advisory lock on the file NAME.lock while they write. They
// replace the file, by rename, only to compact it: then id stays, compacted grows.
// On a file system without locks they only append.
const Version = 1

// The first bytes of every header and of every other line that jobwatch wrote.
const (
	headerStart = `{"jobwatch":`
	opStart     = `{"op":"`
)

// Limits of what is written, in bytes. They keep a line under [maxLine] even if every
// byte of it has to be escaped: what the API says is untrusted.
const (
	maxWord    = 256      // a status
	maxText    = 16 << 10 // a description, meta, path, cause, file or name
	maxHistory = 100      // status changes of one job
)

// header is the first line of a state file.
type header struct {
	Version   int                       `json:"jobwatch"`
	ID        string                    `json:"id"`
	Compacted int                       `json:"compacted"`
	Extra     map[string]jsontext.Value `json:",embed"`
}

// jobEntry is a line about a job.
type jobEntry struct {
	Op          kind                      `json:"op"`
	ID          jsontext.Value            `json:"id,omitzero"`
	Batch       BatchID                   `json:"batch,omitzero"` // of track only, as Added
	Added       stamp                     `json:"added,omitzero"`
	Answered    stamp                     `json:"answered,omitzero"`
	Status      job.Status                `json:"status,omitzero"`
	Progress    progress                  `json:"progress,omitzero"`
	Description string                    `json:"description,omitzero"`
	Meta        string                    `json:"meta,omitzero"`
	Path        string                    `json:"path,omitzero"`
	Started     stamp                     `json:"started,omitzero"`
	Ended       stamp                     `json:"ended,omitzero"`
	End         string                    `json:"end,omitzero"`
	Cause       string                    `json:"cause,omitzero"`
	File        string                    `json:"file,omitzero"`
	History     []change                  `json:"history,omitempty"`
	Extra       map[string]jsontext.Value `json:",embed"`
}

type change struct {
	Status job.Status `json:"status"`
	At     stamp      `json:"at,omitzero"`
}

// batchEntry is a line about a batch.
type batchEntry struct {
	Op    kind                      `json:"op"`
	ID    *BatchID                  `json:"id"` // "" is one, null is not
	Name  string                    `json:"name,omitzero"`
	Added stamp                     `json:"added,omitzero"`
	Extra map[string]jsontext.Value `json:",embed"`
}

// stamp is a time in the format's spelling.
type stamp struct{ time.Time }

// IsZero reports whether to leave the time out: RFC 3339 has no room for some years.
func (s *stamp) IsZero() bool {
	year := s.UTC().Year()
	return s.Time.IsZero() || year < 0 || year > 9999
}

// MarshalJSONTo implements [json.MarshalerTo]. Only the standard layouts are fast to
// format, and none has a fixed number of digits after the second.
func (s *stamp) MarshalJSONTo(enc *jsontext.Encoder) error {
	b := s.UTC().AppendFormat(append(enc.AvailableBuffer(), '"'), time.RFC3339)
	z := len(b) - 1
	b = strconv.AppendInt(b[:z], int64(1000+s.Nanosecond()/int(time.Millisecond)), 10)
	b[z] = '.'
	return enc.WriteValue(append(b, 'Z', '"'))
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (s *stamp) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err == nil {
		err = s.UnmarshalJSON(v)
	}
	s.Time = s.UTC()
	return err
}

// progress is the progress of an answer, without a value if that is not known.
type progress job.Progress

// IsZero reports whether to leave the progress out.
func (p *progress) IsZero() bool { return math.IsNaN(float64(*p)) || *p < 0 || *p > 1 }

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (p *progress) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil || v.Kind() == 'n' {
		return err
	}
	f, err := strconv.ParseFloat(string(v), 64)
	if *p = progress(min(f, 1)); f < 0 {
		*p = progress(job.Unknown)
	}
	return err
}

// endWords are the format's words for ends. After a word of a newer version the job is
// polled again, which finds out.
func endWords() []string {
	return []string{job.EndedDone: "done", job.EndedError: "error", job.EndedGivenUp: "given up", job.EndedRejected: "rejected"}
}

// lenient are the options for both directions: text may be any bytes, and of repeated
// fields the last one holds.
func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true), json.Deterministic(true))
}

// encode returns ops as lines. An op whose line would be too long for any reader is an
// error.
func encode(ops []Op) ([]byte, error) {
	e := newEncoder()
	for i, op := range ops {
		begin := len(e.lines)
		err := e.encode(op, true)
		if err != nil || len(e.lines)-begin > maxLine {
			// Our own fields are bounded and valid, but not those of a newer version.
			e.Reset(e, lenient())
			e.lines = e.lines[:begin]
			err = e.encode(op, false)
		}
		if err != nil {
			return nil, err
		}
		if size := len(e.lines) - begin; size > maxLine {
			return nil, fmt.Errorf("a record of %d bytes is too long", size)
		}
		if i == 0 { // most are about as long
			e.lines = slices.Grow(e.lines, len(e.lines)*len(ops)*9/8)
		}
	}
	return e.lines, nil
}

// encoder makes lines of values. It is its own writer, to escape what JSON would not.
type encoder struct {
	jsontext.Encoder
	lines []byte
	entry jobEntry // the last one, for its memory
}

func newEncoder() *encoder {
	e := new(encoder)
	e.Reset(e, lenient())
	return e
}

// encode adds the line of an op.
func (e *encoder) encode(op Op, extra bool) error {
	switch op := op.(type) {
	case Track:
		e.setJob(trackOp, &op.Job, extra)
		e.entry.Batch, e.entry.Added = op.Job.Batch, stamp{op.Job.Added}
	case Observe:
		e.setJob(statusOp, &op.Job, extra)
	case Forget:
		e.setJob(forgetOp, &Job{ID: op.ID}, false)
	case SetBatch:
		entry := batchEntry{Op: batchOp, ID: &op.Batch.ID, Name: cut(op.Batch.Name, maxText), Added: stamp{op.Batch.Added}}
		if extra {
			entry.Extra = op.Batch.Extra
		}
		return json.MarshalEncode(&e.Encoder, &entry)
	}
	return json.MarshalEncode(&e.Encoder, &e.entry)
}

// setJob fills the entry with the fields that both track and status lines have.
func (e *encoder) setJob(op kind, j *Job, extra bool) {
	id, history := e.entry.ID[:0], e.entry.History[:0]
	id, _ = j.ID.AppendText(append(id, '"')) // never fails
	for _, c := range j.History[max(0, len(j.History)-maxHistory):] {
		history = append(history, change{cut(c.Status, maxWord), stamp{c.At}})
	}
	e.entry = jobEntry{
		Op: op, ID: append(id, '"'), Answered: stamp{j.Answered}, Status: cut(j.Answer.Status, maxWord),
		Progress: progress(j.Answer.Progress), Description: cut(j.Answer.Description, maxText),
		Meta: cut(j.Answer.Meta, maxText), Path: cut(j.Answer.Path, maxText), Started: stamp{j.Started},
		Ended: stamp{j.Ended}, End: endWords()[j.End], Cause: cut(j.Cause, maxText), File: cut(j.File, maxText),
		History: history,
	}
	if j.Answer.Status == "" {
		e.entry.Progress = progress(job.Unknown)
	}
	if extra {
		e.entry.Extra = j.Extra
	}
}

// Write adds JSON in which everything unprintable is escaped, so that the file can be
// looked at in a terminal without obeying it. JSON has such runes in strings only.
func (e *encoder) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		plain := 0
		for plain < len(rest) && rest[plain] < 0x7f {
			plain++
		}
		e.lines, rest = append(e.lines, rest[:plain]...), rest[plain:]
		switch r, n := utf8.DecodeRune(rest); {
		case n == 0:
		case unicode.IsPrint(r):
			e.lines, rest = append(e.lines, rest[:n]...), rest[n:]
		case r <= 0xffff:
			e.lines, rest = fmt.Appendf(e.lines, `\u%04x`, r), rest[n:]
		default:
			high, low := utf16.EncodeRune(r)
			e.lines, rest = fmt.Appendf(e.lines, `\u%04x\u%04x`, high, low), rest[n:]
		}
	}
	return len(b), nil
}

// cut shortens text to at most n bytes of whole runes.
func cut[T ~string](text T, n int) T {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// kind is what a line does: its op, or one of these.
type kind string

const (
	nothing    kind = ""
	headerLine kind = "header"
	unknownOp  kind = "unknown" // of a newer version, to be kept as it is
	trackOp    kind = "track"
	statusOp   kind = "status"
	forgetOp   kind = "forget"
	batchOp    kind = "batch"
)

// record is one decoded line.
type record struct {
	kind    kind
	line    span
	damaged bool // it is nothing, or follows damage on the same line
	foreign bool // other kinds of files may have such a line, too

	head  *header // of headerLine
	job   Job     // of track and status; only its ID of forget
	batch Batch   // of batch
}

// op returns a record as an [Op]; nil for a line that is unknown.
func (r *record) op() Op {
	switch r.kind {
	case trackOp:
		return Track{r.job}
	case statusOp:
		return Observe{r.job}
	case forgetOp:
		return Forget{r.job.ID}
	case batchOp:
		return SetBatch{r.batch}
	case nothing, headerLine, unknownOp:
	}
	return nil
}

func (r *record) key() key { return key{r.kind, r.job.ID, r.batch.ID} }

// decoder makes records of lines.
type decoder struct {
	opts  json.Options
	entry jobEntry // the last one, for its memory
}

// decode reads a line other than a header into r. It returns false if there is no record.
func (d *decoder) decode(line []byte, r *record) bool {
	e := &d.entry
	*e = jobEntry{ID: e.ID[:0], History: e.History[:0], Progress: progress(job.Unknown)}
	err := json.Unmarshal(line, e, d.opts)
	if err != nil || e.Op != trackOp && e.Op != statusOp && e.Op != forgetOp {
		return d.decodeOther(line, r)
	}
	if r.job.ID.UnmarshalText(bytes.Trim(e.ID, `"`)) != nil {
		return false
	}
	if r.kind = e.Op; r.kind != forgetOp {
		e.fill(&r.job)
	}
	return true
}

// fill fills a job with the fields of its line.
func (e *jobEntry) fill(j *Job) {
	if e.Op == trackOp {
		j.Batch, j.Added = e.Batch, e.Added.Time
	}
	j.Answered, j.Started, j.Ended = e.Answered.Time, e.Started.Time, e.Ended.Time
	j.Answer = job.Answer{
		Status: e.Status, Description: e.Description, Meta: e.Meta, Path: e.Path, Progress: job.Progress(e.Progress),
	}
	j.End = job.End(max(0, slices.Index(endWords(), e.End))) //nolint:gosec // there are five
	j.Cause, j.File, j.Extra = e.Cause, e.File, e.Extra
	j.saved = j.Answer.Progress
	if len(e.History) > 0 {
		j.History = make([]Change, len(e.History))
		for i, c := range e.History {
			j.History[i] = Change{c.At.Time, c.Status}
		}
	}
}

// decodeOther decodes a line that is not one about a job. Of an unknown one, any field may
// have another type than ours.
func (d *decoder) decodeOther(line []byte, r *record) bool {
	var other struct {
		Op kind `json:"op"`
	}
	if json.Unmarshal(line, &other, d.opts) != nil {
		return false
	}
	switch other.Op {
	case nothing, trackOp, statusOp, forgetOp:
		return false
	case batchOp:
		var e batchEntry
		if json.Unmarshal(line, &e, d.opts) != nil || e.ID == nil {
			return false
		}
		r.kind, r.batch = batchOp, Batch{*e.ID, e.Name, e.Added.Time, e.Extra}
	default:
		r.kind = unknownOp
	}
	return true
}

// decodeHeader reads a header into r. The rest of a newer version's header need not make
// sense: that file is left alone anyway.
func (d *decoder) decodeHeader(line []byte, r *record) bool {
	var start struct {
		Version int            `json:"jobwatch"`
		Op      jsontext.Value `json:"op"`
	}
	if json.Unmarshal(line, &start, d.opts) != nil || start.Version < 1 || start.Op != nil {
		return false
	}
	h := header{Version: start.Version}
	if h.Version <= Version && (json.Unmarshal(line, &h, d.opts) != nil || h.ID == "") {
		return false
	}
	r.kind, r.head = headerLine, &h
	return true
}

// newHeader returns the header of a new file.
func newHeader() header { return header{Version: Version, ID: fmt.Sprintf("%016x", rand.Uint64())} }

// follows reports whether h is of the same file as before, compacted since. A damaged
// header is nil.
func (h *header) follows(before *header) bool {
	return h != nil && before != nil && h.ID == before.ID && h.Compacted > before.Compacted
}

// encode returns the header's line.
func (h *header) encode() ([]byte, error) {
	e := newEncoder()
	err := json.MarshalEncode(&e.Encoder, h)
	return e.lines, err
}
