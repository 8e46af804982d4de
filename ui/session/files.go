package session

import (
	"errors"
	"slices"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
)

// With DownloadAll, a PDF is tried so often in all where trying again may help, and the
// next try waits at most so long: nobody may be there to press a key, and a short outage
// is to cost no PDF.
const (
	fileTries = 3
	fileDelay = 30 * time.Second
)

// files are the PDFs that are wanted. Those that were saved are in the state file.
type files struct {
	under   map[job.ID]*fetch // queued, under way, or failed
	pending int               // those of them that have not failed for good
	wanted  int               // ever
	planned bool              // the next try of those that failed
	over    bool              // nothing is tried again
}

type fetch struct {
	event  download.Event
	tries  int  // that failed
	waits  bool // for the next try
	failed bool // for good
}

// Fetch downloads the PDFs of those jobs that are Done, and returns how many were not
// under way already. One that the state file knows to be on the disk is looked for there
// first.
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
		f := s.files.under[r.ID]
		if f == nil || f.failed {
			s.files.wanted += truth(f == nil)
			s.files.pending++
			f = &fetch{event: download.Event{ID: r.ID, Size: -1}}
			s.files.under[r.ID] = f
			n++
		} else if f.waits {
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

// FetchMissing downloads the PDFs of those jobs that are Done and not on the disk as far
// as the state file knows.
func (s *Session) FetchMissing() {
	s.Fetch(slices.DeleteFunc(s.Records(), func(r *Record) bool { return r.File != "" })...)
}

// File is where a job's PDF stands that is queued, under way or failed.
func (s *Session) File(id job.ID) (download.Event, bool) {
	f, ok := s.files.under[id]
	if !ok {
		return download.Event{}, false
	}
	return f.event, true
}

// Files is how many PDFs were ever wanted, and how many of them neither were saved nor
// failed for good.
func (s *Session) Files() (wanted, pending int) { return s.files.wanted, s.files.pending }

// Fetched applies the events of the downloader.
func (s *Session) Fetched(events []download.Event) {
	for i := range events {
		e := &events[i]
		r, f := s.records[e.ID], s.files.under[e.ID]
		if f == nil {
			continue
		}
		if r == nil { // it was removed, which canceled the download
			if e.State >= download.Saved {
				s.endFile(e.ID)
			}
			continue
		}
		f.event = *e
		switch e.State {
		case download.Queued, download.Running:
			s.emit(Event{Kind: FileChanged, Record: r})
		case download.Saved:
			s.endFile(e.ID)
			after := r.Job
			after.File = e.File
			s.change(r, after)
			s.save(r)
			s.emit(Event{Kind: FileSaved, Record: r, Already: e.Already})
		case download.Canceled:
			s.endFile(e.ID)
			s.emit(Event{Kind: FileCanceled, Record: r})
		case download.Failed:
			again := s.postpone(f)
			if !again {
				f.failed = true
				s.files.pending--
			}
			s.emit(Event{Kind: FileFailed, Record: r, Err: e.Err, Again: again})
		}
	}
}

func (s *Session) endFile(id job.ID) {
	if f := s.files.under[id]; f != nil {
		delete(s.files.under, id)
		if !f.failed {
			s.files.pending--
		}
	}
}

// postpone has a failed download tried again later, unless that is of no use or was done
// often enough.
func (s *Session) postpone(f *fetch) bool {
	if f.tries++; s.files.over || !s.cfg.DownloadAll || f.tries >= fileTries || !passing(f.event.Err) {
		return false
	}
	f.waits = true
	if !s.files.planned {
		s.files.planned = true
		s.after(fileDelay, (*Session).tryAgain)
	}
	return true
}

// passing reports whether what a download failed of may be over a little later.
func passing(err error) bool {
	e, ok := errors.AsType[*download.Error](err)
	return ok && slices.Contains([]download.Kind{download.Asking, download.Expired, download.Broken, download.CutShort}, e.Kind)
}

func (s *Session) tryAgain() {
	s.files.planned = false
	for id, f := range s.files.under {
		if r := s.records[id]; f.waits && r != nil {
			s.Fetch(r)
		}
	}
}

// cancelFile gives up the PDF of a job that is removed. A download that is under way ends
// with an event, when nothing of it is on the disk any more.
func (s *Session) cancelFile(r *Record) {
	f := s.files.under[r.ID]
	switch {
	case f == nil:
	case f.waits, f.failed:
		s.endFile(r.ID)
	default:
		s.cfg.Downloads.Cancel(r.ID)
	}
}

// GiveUpFiles ends all downloads. Those under way have ended when none is pending.
func (s *Session) GiveUpFiles() {
	s.files.over = true
	for id, f := range s.files.under {
		r := s.records[id]
		if f.waits {
			s.endFile(id)
			s.emit(Event{Kind: FileCanceled, Record: r})
		} else if !f.failed {
			s.cfg.Downloads.Cancel(id)
		}
	}
}
