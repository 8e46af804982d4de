package store

import (
	"bytes"
	"io"

	"example.com/jobwatch/store/journal"
)

// reader reads the records of a state file one after another, past any damage.
type reader struct {
	lines *journal.Lines
	dec   decoder

	rec     record // the record that next found
	at      span   // where it stands
	damaged int    // lines skipped, in whole or in part
	end     int64  // where the next whole line begins: what follows is torn or not there yet
	head    header // of the first line; its version is 0 if that was damaged
	tail    []byte // the last line, if it lacks its newline
	known   bool   // something was read that only a state file has
	foreign bool   // something was read that others may have, too
}

func newReader(r io.Reader, at int64, skim bool) *reader {
	return &reader{lines: journal.NewLines(r, at), end: at, dec: decoder{skim: skim}}
}

// next finds the next record. It returns io.EOF at the end of the whole lines, and
// a [NewerError] as soon as the file turns out to be a newer version's.
func (r *reader) next() error {
	for {
		line, err := r.lines.Next()
		if err != nil {
			return err
		}
		if line.Torn {
			r.tail = line.Text
			r.foreign = r.foreign || !wreck(line.Text)
			return io.EOF
		}
		r.end = line.End
		if line.TooLong() {
			r.damaged++
			r.foreign = true
			continue
		}
		if line.At == 0 || bytes.HasPrefix(line.Text, []byte(headerStart)) {
			if h, ok := parseHeader(line.Text); ok {
				if h.version > Version {
					return &NewerError{Version: h.version}
				}
				if line.At == 0 {
					r.head = h
				}
				r.known = true
				continue // one amid the file is where two files were joined
			}
		}
		text, sound := r.sound(line.Text)
		if !sound {
			r.damaged++
			r.foreign = r.foreign || !wreck(line.Text)
		}
		if text != nil {
			r.at = span{line.At + int64(len(line.Text)-len(text)), int64(len(text))}
			if r.rec.kind == unknownOp {
				r.foreign = true
			} else {
				r.known = true
			}
			return nil
		}
	}
}

// sound decodes the record of a line into r.rec and returns its part of the line,
// nil if there is none. It reports whether that, or nothing, is all there is.
func (r *reader) sound(line []byte) ([]byte, bool) {
	if r.dec.decode(line, &r.rec) {
		return line, true
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil, true
	}
	// A record may follow damage on the same line: NULs where a power cut left a
	// hole, or another program's line that was cut short. A record can't contain
	// opStart: inside of texts its quotes are escaped.
	if i := bytes.LastIndex(line, []byte(opStart)); i > 0 && r.dec.decode(line[i:], &r.rec) {
		return line[i:], false
	}
	return nil, false
}

// wholeTail reports whether the last line lacks nothing but its newline, as some
// editors leave it. If it is a record, r.rec is that record.
func (r *reader) wholeTail() (whole, record bool) {
	if len(r.tail) == 0 {
		return false, false
	}
	if r.dec.decode(r.tail, &r.rec) {
		return true, true
	}
	_, whole = parseHeader(r.tail)
	return whole, false
}

func (r *reader) tailSpan() span { return span{r.end, int64(len(r.tail))} }

// ours reports, after the last record, whether the file is a state file at all:
// one with damage is repaired, anything else is somebody's and left alone.
func (r *reader) ours() bool { return r.known || !r.foreign }

// wreck reports whether text may be all that a power cut left of a state file: a
// hole, or the beginning of the header.
func wreck(text []byte) bool {
	return len(bytes.Trim(text, "\x00")) == 0 ||
		bytes.HasPrefix([]byte(headerStart), text[:min(len(text), len(headerStart))])
}
