package store

import (
	"time"

	"example.com/jobwatch/poller/job"
)

// What the stories need of the inside.
const (
	FollowEvery    = followEvery
	MinCompactSize = minCompact
	MaxWaiting     = maxWaiting
	MaxWord        = maxWord
	MaxText        = maxText
	MaxHistory     = maxHistory
	MaxLine        = maxLine
)

// CompactFrom lets a running store compact files from that size on.
func (s *Store) CompactFrom(size int64) { s.minSize = size }

// Compactions returns how often the file was compacted.
func (s *Store) Compactions() int { return s.file.header.Compacted }

// Live returns how many bytes of the file are not superseded.
func (s *Store) Live() int64 { return s.file.index.live }

// Look returns what Next would, without waiting.
func (s *Store) Look() News {
	s.look()
	news := s.found.News
	s.found.News = News{}
	return news
}

// Saved returns the job with that progress as the last one saved.
func (j Job) Saved(p job.Progress) Job {
	j.saved = p
	return j
}

// Lines returns ops as lines.
func Lines(ops ...Op) ([]byte, error) { return encode(ops) }

// Header returns the header of a new file with that ID.
func Header(id string) []byte {
	h := header{Version: Version, ID: id}
	line, _ := h.encode()
	return line
}

// LockPatience changes how long another process may hold the lock.
func LockPatience(d time.Duration) Option { return func(s *Store) { s.patience = d } }
