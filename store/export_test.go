package store

import (
	"bufio"
	"io"
)

// What the stories need of the inside.
const (
	FollowEvery    = followEvery
	MinCompactSize = minCompact
	MaxWord        = maxWord
	MaxText        = maxText
	MaxHistory     = maxHistory
	MaxLine        = maxLine
)

// CompactFrom lets a running store compact files from that size on.
func (s *Store) CompactFrom(size int64) { s.minSize = size }

// Compactions returns how often the file was compacted.
func (s *Store) Compactions() int {
	head, _ := parseHeader(s.file.first)
	return head.Compacted
}

// Look returns what Next would, without waiting.
func (s *Store) Look() News { return s.news() }

// Lines returns ops as lines.
func Lines(ops ...Op) []byte { return newCodec().lines(ops) }

// Replay reads a whole state file, and returns how many lines were damaged.
func Replay(r io.Reader) (Contents, int, error) {
	in := &reader{codec: newCodec(), src: bufio.NewReaderSize(r, maxLine), tail: true}
	b := newBuilder(0)
	if err := in.each(b.add); err != nil {
		return Contents{}, in.damaged, err
	}
	return b.contents(), in.damaged, nil
}
