package store

import (
	"bytes"
	"time"

	"example.com/jobwatch/poller/job"
)

// kind is what a line does.
type kind uint8

const (
	unknownOp kind = iota // of a newer version, to be kept as it is
	trackOp
	statusOp
	forgetOp
	batchOp
)

// record is one decoded line. It's used again for the next one.
type record struct {
	kind  kind
	job   Job   // of track and status; only its ID of forget
	batch Batch // of batch
}

// op makes a record an [Op]; nil for a line that we don't know.
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
	case unknownOp:
	}
	return nil
}

// decoder turns lines into records: lines as we write them by a scanner that
// makes one pass and little garbage, all others by encoding/json. The scanner
// never says what encoding/json would not (FuzzDecode).
type decoder struct {
	skim  bool              // who asks needs the kind and ID only: texts are checked, not kept
	words map[string]string // words that come up again and again, once

	date     [len("2006-01-02")]byte // of the last time
	midnight int64                   // Unix time of its beginning
}

func (d *decoder) decode(line []byte, r *record) bool {
	r.reset()
	ok := d.scan(line, r)
	if !ok {
		r.reset()
		ok = parse(line, r)
	}
	r.job.saved = r.job.Answer.Progress
	return ok
}

func (r *record) reset() {
	*r = record{}
	r.job.Answer.Progress = job.Unknown // unless the line says more
}

// scan decodes a line in our own spelling. It gives up on anything else: spaces,
// unknown or repeated fields, other spellings of times and numbers.
func (d *decoder) scan(line []byte, r *record) bool {
	c := cursor{b: line, ok: bytes.HasPrefix(line, []byte(opStart))}
	if !c.ok {
		return false
	}
	c.i = len(opStart) - 1
	switch string(c.word()) {
	case "track":
		r.kind = trackOp
	case "status":
		r.kind = statusOp
	case "forget":
		r.kind = forgetOp
	case "batch":
		r.kind = batchOp
	default:
		return false
	}
	var seen uint32
	for c.ok && c.i < len(line)-1 {
		c.eat(',')
		key := c.word()
		c.eat(':')
		var field uint
		if r.kind == batchOp {
			field = d.batchField(&c, string(key), &r.batch)
		} else {
			field = d.jobField(&c, string(key), r.kind, &r.job)
		}
		if field == 0 || seen&(1<<field) != 0 {
			return false
		}
		seen |= 1 << field
	}
	c.eat('}')
	return c.ok && c.i == len(line) && seen&(1<<idField) != 0
}

// idField is the number of the one field that every line must have.
const idField = 1

// jobField reads one field of a job. It returns the field's number, 0 if there is
// no such field in lines of this kind.
func (d *decoder) jobField(c *cursor, key string, k kind, j *Job) uint {
	if key == "id" {
		c.ok = c.ok && j.ID.UnmarshalText(c.word()) == nil
		return idField
	}
	switch {
	case k == forgetOp:
		return 0
	case k == trackOp && key == "batch":
		j.Batch = BatchID(d.common(c))
		return 2
	case k == trackOp && key == "added":
		j.Added = d.time(c)
		return 3
	}
	switch key {
	case "answered":
		j.Answered = d.time(c)
		return 4
	case "status":
		j.Answer.Status = d.status(c)
		return 5
	case "progress":
		j.Answer.Progress = c.progress()
		return 6
	case "description":
		j.Answer.Description = d.text(c)
		return 7
	case "meta":
		j.Answer.Meta = d.common(c)
		return 8
	case "path":
		j.Answer.Path = d.text(c)
		return 9
	case "started":
		j.Started = d.time(c)
		return 10
	case "ended":
		j.Ended = d.time(c)
		return 11
	case "end":
		j.End = parseEnd(d.common(c))
		return 12
	case "cause":
		j.Cause = d.common(c)
		return 13
	case "file":
		j.File = d.text(c)
		return 14
	case "history":
		j.History = d.history(c)
		return 15
	}
	return 0
}

func (d *decoder) batchField(c *cursor, key string, b *Batch) uint {
	switch key {
	case "id":
		b.ID = BatchID(c.string(c.quoted()))
		return idField
	case "name":
		b.Name = d.text(c)
		return 2
	case "added":
		b.Added = d.time(c)
		return 3
	}
	return 0
}

func (d *decoder) history(c *cursor) []Change {
	c.eat('[')
	if c.peek() == ']' {
		c.i++
		return nil
	}
	var few [8]Change // most jobs have three; counting first would cost as much
	changes := few[:0]
	for c.ok {
		c.expect(`{"status":`)
		status := d.status(c)
		c.expect(`,"at":`)
		changes = append(changes, Change{d.time(c), status})
		c.eat('}')
		if c.peek() != ',' {
			break
		}
		c.i++
	}
	c.eat(']')
	if d.skim {
		return nil
	}
	return append(make([]Change, 0, len(changes)), changes...)
}

// text reads a string that is likely to be the only one of its kind.
func (d *decoder) text(c *cursor) string {
	quoted := c.quoted()
	if d.skim && bytes.IndexByte(quoted, '\\') < 0 {
		return ""
	}
	return c.string(quoted)
}

func (d *decoder) status(c *cursor) job.Status {
	begin := c.i
	switch string(c.quoted()) { // no look into a map for these
	case `"Not Started"`:
		return job.NotStarted
	case `"Processing"`:
		return job.Processing
	case `"Done"`:
		return job.Done
	}
	c.i = begin
	return job.Status(d.common(c))
}

// maxCommon bounds the words kept, maxCommonLen their length.
const (
	maxCommon    = 4096
	maxCommonLen = 64
)

// common reads a string that other lines are likely to have too.
func (d *decoder) common(c *cursor) string {
	quoted := c.quoted()
	if d.skim && bytes.IndexByte(quoted, '\\') < 0 {
		return ""
	}
	if s, ok := d.words[string(quoted)]; ok {
		return s
	}
	s := c.string(quoted)
	if len(d.words) < maxCommon && len(quoted) <= maxCommonLen && c.ok {
		if d.words == nil {
			d.words = make(map[string]string)
		}
		d.words[string(quoted)] = s
	}
	return s
}

// time reads a time in [timeLayout].
func (d *decoder) time(c *cursor) time.Time {
	const quotedLen = len(timeLayout) + 2
	if c.i+quotedLen > len(c.b) {
		c.ok = false
		return time.Time{}
	}
	b := c.b[c.i : c.i+quotedLen]
	c.i += quotedLen
	if b[0] != '"' || b[11] != 'T' || b[14] != ':' || b[17] != ':' || b[20] != '.' || b[24] != 'Z' || b[25] != '"' {
		c.ok = false
		return time.Time{}
	}
	if string(b[1:11]) != string(d.date[:]) {
		if !d.newDate(c, b[1:11]) {
			return time.Time{}
		}
	}
	hour, minute, sec := c.digits(b[12:14]), c.digits(b[15:17]), c.digits(b[18:20])
	milli := c.digits(b[21:24])
	if hour > 23 || minute > 59 || sec > 59 {
		c.ok = false
	}
	return time.Unix(d.midnight+int64(3600*hour+60*minute+sec), int64(milli)*int64(time.Millisecond)).UTC()
}

// newDate reads a date and keeps it: the next time is likely to be of the same day.
func (d *decoder) newDate(c *cursor, b []byte) bool {
	year, month, day := c.digits(b[0:4]), c.digits(b[5:7]), c.digits(b[8:10])
	if b[4] != '-' || b[7] != '-' || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		c.ok = false
	}
	if c.ok {
		copy(d.date[:], b)
		d.midnight = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix()
	}
	return c.ok
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
