package session

import (
	"errors"
	"slices"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
)

// With DownloadAll, a PDF is tried so often where that may help, and so long apart.
const (
	fileTries = 3
	fileDelay = 30 * time.Second
)

// fetch is a PDF that is queued, under way, or failed.
type fetch struct {
	event  download.Event
	tries  int  // that failed
	waits  bool // for the next try
	failed bool // for good
}

// Fetch downloads the PDFs of those jobs that are Done, unless they are on the disk, and
// returns how many were not under way already.
func (s *Session) Fetch(records ...*Record) int {
	if s.cfg.Downloads == nil {
		return 0
	}
	n := 0
	var wants []download.Want
	for _, r := range records {
		if r.gone || r.End != job.EndedDone {
			continue
		}
		f := s.fetches[r.ID]
		if f == nil || f.failed {
			f = &fetch{event: download.Event{ID: r.ID, Size: -1}, waits: true}
			s.fetches[r.ID] = f
		}
		if f.waits {
			f.waits = false
			n++
		}
		wants = append(wants, download.Want{
			ID: r.ID, Description: r.Answer.Description, Path: r.Answer.Path, Batch: r.batch.Name, File: r.File,
		})
	}
	s.cfg.Downloads.Add(wants...)
	return n
}

// FetchMissing downloads the PDFs of Done jobs of which the state file knows no file.
func (s *Session) FetchMissing() {
	s.Fetch(slices.DeleteFunc(s.Records(), func(r *Record) bool { return r.File != "" })...)
}

// File is where a job's PDF stands that is queued, under way or failed.
func (s *Session) File(id job.ID) (download.Event, bool) {
	if f, ok := s.fetches[id]; ok {
		return f.event, true
	}
	return download.Event{}, false
}

// Fetching reports whether a PDF is wanted that neither was saved nor failed for good.
func (s *Session) Fetching() bool {
	for _, f := range s.fetches {
		if !f.failed {
			return true
		}
	}
	return false
}

// Fetched applies the events of the downloader.
func (s *Session) Fetched(events []download.Event) {
	for _, e := range events {
		f, r := s.fetches[e.ID], s.records[e.ID]
		if f == nil {
			continue
		}
		f.event = e
		if e.State >= download.Saved && (e.State != download.Failed || r == nil) {
			delete(s.fetches, e.ID)
		}
		if r == nil { // it was removed, which canceled the download
			continue
		}
		switch e.State {
		case download.Queued, download.Running:
		case download.Saved:
			after := r.Job
			after.File = e.File
			s.change(r, after)
			s.save(r)
			how := "saved "
			if e.Already {
				how = "already there: "
			}
			s.emit(Event{Kind: FileSaved, Record: r, Text: how + s.Public(&r.Job).File})
		case download.Canceled:
			s.emit(Event{Kind: FileCanceled, Record: r})
		case download.Failed:
			f.tries++
			failure, ok := errors.AsType[*download.Error](e.Err)
			f.waits = s.cfg.DownloadAll && f.tries < fileTries && ok && failure.Passing
			f.failed = !f.waits
			if f.waits {
				s.after(fileDelay, func() {
					if f.waits && s.fetches[r.ID] == f {
						s.Fetch(r)
					}
				})
			}
			s.emit(Event{Kind: FileFailed, Record: r, Text: s.PublicError(e.Err), Again: f.waits})
		}
	}
}

// cancelFile gives up a job's PDF. A download that is under way ends with an event.
func (s *Session) cancelFile(id job.ID) {
	f, r := s.fetches[id], s.records[id]
	switch {
	case f == nil:
	case !f.waits && !f.failed:
		s.cfg.Downloads.Cancel(id)
	default:
		delete(s.fetches, id)
		if f.waits && r != nil {
			s.emit(Event{Kind: FileCanceled, Record: r})
		}
	}
}

// GiveUpFiles ends all downloads, until none is [Session.Fetching], and begins no more.
func (s *Session) GiveUpFiles() {
	s.cfg.DownloadAll = false
	for id := range s.fetches {
		s.cancelFile(id)
	}
}
