package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"example.com/jobwatch/store/journal"
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
//	id         names this file for good, so that a copy of another is noticed
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
//	        when the job is not tracked (it was forgotten meanwhile)
//	forget  the job is tracked no more
//
// The fields of status, after the API's (JobStatus in package api) where it has them:
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
const Version = 1

// The first bytes of every header and of every other line that jobwatch wrote.
const (
	headerStart = `{"jobwatch":`
	opStart     = `{"op":"`
)

// header is the first line of a state file.
type header struct {
	version   int
	id        string
	compacted int
	extra     map[string]json.RawMessage
}

// parseHeader reads a header. One of a newer version need not make sense
// otherwise: it is left alone anyway.
func parseHeader(line []byte) (header, bool) {
	var fields map[string]json.RawMessage
	if !bytes.Contains(line, []byte(`"jobwatch"`)) || json.Unmarshal(line, &fields) != nil {
		return header{}, false
	}
	if _, isOp := fields["op"]; isOp { // a record, with a field of that name
		return header{}, false
	}
	var h header
	if json.Unmarshal(fields["jobwatch"], &h.version) != nil || h.version < 1 {
		return header{}, false
	}
	if h.version <= Version {
		if json.Unmarshal(fields["id"], &h.id) != nil || h.id == "" {
			return header{}, false
		}
		_ = json.Unmarshal(fields["compacted"], &h.compacted) // 0 will do
	}
	for _, ours := range []string{"jobwatch", "id", "compacted"} {
		delete(fields, ours)
	}
	h.extra = fields
	return h, true
}

// follows reports whether h is of the same file as before, compacted since.
func (h header) follows(before header) bool {
	return h.id == before.id && h.compacted > before.compacted
}

func (h header) encode() []byte {
	b := append([]byte(nil), headerStart...)
	b = strconv.AppendInt(b, int64(h.version), 10)
	b = append(b, `,"id":`...)
	b = appendString(b, h.id)
	b = append(b, `,"compacted":`...)
	b = strconv.AppendInt(b, int64(h.compacted), 10)
	b = appendExtra(b, h.extra)
	return append(b, "}\n"...)
}

// encode appends ops as lines. An op that no reader would take, because its line
// is too long, is an error.
func encode(b []byte, ops []Op) ([]byte, error) {
	for _, op := range ops {
		begin := len(b)
		b = appendOp(b, op, true)
		if len(b)-begin > journal.MaxLine {
			// Our own fields are bounded, so it's what a newer version put there.
			b = appendOp(b[:begin], op, false)
		}
		if n := len(b) - begin; n > journal.MaxLine {
			return nil, fmt.Errorf("a record of %d bytes is too long", n)
		}
	}
	return b, nil
}

// appendExtra appends the fields of a newer version, in a fixed order.
func appendExtra(b []byte, extra map[string]json.RawMessage) []byte {
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		var compact bytes.Buffer
		if json.Compact(&compact, extra[key]) != nil {
			continue // not JSON: it would damage the line
		}
		b = append(b, ',')
		b = appendString(b, key)
		b = append(b, ':')
		b = append(b, compact.Bytes()...)
	}
	return b
}
