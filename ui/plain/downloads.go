package plain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/sanitize"
)

// Downloader gets PDFs, as it is used here. None of these waits.
type Downloader interface {
	Add(wants ...download.Want) int
	Cancel(ids ...job.ID)
	Events() <-chan []download.Event
}

// downloads are the PDFs that are wanted and have not come, nor finally failed.
type downloads struct {
	source   Downloader // nil: none is wanted
	under    map[job.ID]*pendingDownload
	again    <-chan time.Time // when those that failed are tried again; nil: none has
	over     bool             // nothing is tried again
	wanted   int              // ever
	canceled int              // because it was over
}

type pendingDownload struct {
	want  download.Want
	tries int  // that failed
	waits bool // for the next one
}

func newDownloads(source Downloader) downloads {
	return downloads{source: source, under: make(map[job.ID]*pendingDownload)}
}

// events is nil, on which nothing ever comes, where no PDF is wanted.
func (d *downloads) events() <-chan []download.Event {
	if d.source == nil {
		return nil
	}
	return d.source.Events()
}

func (d *downloads) add(want download.Want) {
	d.wanted++
	d.under[want.ID] = &pendingDownload{want: want}
	d.source.Add(want)
}

// postpone has a failed download tried again later, unless that is of no use or was
// done often enough.
func (d *downloads) postpone(id job.ID, err error) bool {
	one := d.under[id]
	if one.tries++; d.over || one.tries >= downloadTries || !passing(err) {
		return false
	}
	one.waits = true
	if d.again == nil {
		d.again = time.After(downloadDelay)
	}
	return true
}

// passing reports whether what a download failed of may be over a little later.
func passing(err error) bool {
	e, ok := errors.AsType[*download.Error](err)
	return ok && slices.Contains([]download.Kind{download.Asking, download.Expired, download.Broken, download.CutShort}, e.Kind)
}

// retry begins anew what waits for it.
func (d *downloads) retry() {
	d.again = nil
	for _, one := range d.under {
		if one.waits {
			one.waits = false
			d.source.Add(one.want)
		}
	}
}

// cancel gives up downloads. Those under way end with an event, at which nothing of
// them is on the disk any more.
func (d *downloads) cancel(ids ...job.ID) {
	for _, id := range ids {
		if one := d.under[id]; one != nil && one.waits {
			delete(d.under, id)
		}
	}
	if d.source != nil {
		d.source.Cancel(ids...)
	}
}

// download has a Done job's PDF fetched. One that the state file knows to be on the
// disk is looked for there first.
func (w *watch) download(j *store.Job) {
	if w.files.source == nil || j.End != job.EndedDone {
		return
	}
	w.files.add(download.Want{
		ID: j.ID, Description: j.Answer.Description, Path: j.Answer.Path,
		Batch: w.ledger.batches[j.Batch].Name, File: j.File,
	})
}

// missing reports whether a job's PDF is wanted, and is not on the disk as far as
// the state file knows.
func (w *watch) missing(j *store.Job) bool {
	return w.files.source != nil && j.End == job.EndedDone && j.File == ""
}

// fetched takes in what became of downloads.
func (w *watch) fetched(events []download.Event) {
	for i := range events {
		e := &events[i]
		if w.files.under[e.ID] == nil || e.State < download.Saved {
			continue // it has not ended
		}
		if e.State == download.Failed && w.files.postpone(e.ID, e.Err) {
			continue
		}
		delete(w.files.under, e.ID)
		if j := w.ledger.jobs[e.ID]; j != nil { // else it was forgotten meanwhile
			w.downloaded(j, e)
		}
	}
}

// downloaded notes and tells how a download ended.
func (w *watch) downloaded(j *store.Job, e *download.Event) {
	at := w.jobs[j.ID]
	switch {
	case e.State == download.Canceled:
		w.files.canceled++
		return
	case e.State == download.Failed:
		at.noFile = e.Err
		at.file = "PDF failed: " + w.errorText(e.Err)
	case e.Already:
		at.file = "already there: " + w.fileText(e.File)
	default:
		at.file = "saved " + w.fileText(e.File)
	}
	if e.State == download.Saved {
		j.File = e.File
		w.saves.observe(j)
	}
	w.fileLine(j)
}

// giveUp ends all downloads early. What was whole a moment before is still noted.
func (w *watch) giveUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fileGrace)
	defer cancel()
	w.files.over = true
	var ids []job.ID
	for id, one := range w.files.under {
		ids = append(ids, id)
		if one.waits {
			w.files.canceled++
		}
	}
	w.files.cancel(ids...)
	for len(w.files.under) > 0 {
		select {
		case events, open := <-w.files.events():
			if !open {
				return
			}
			w.fetched(events)
		case <-ctx.Done():
			return
		}
	}
}

// tellNotSaved lists which PDFs could not be saved, and why.
func (w *watch) tellNotSaved(n int) {
	head := fmt.Sprintf("%d of %s could not be saved; the same command tries again:", n, plural(w.files.wanted, "PDF"))
	w.list(head, n, func(j *store.Job) string {
		err := w.jobs[j.ID].noFile
		if err == nil {
			return ""
		}
		line := w.shorts.of(j.ID) + ": " + w.errorText(err)
		if d := j.Answer.Description; d != "" {
			line += " (" + d + ")"
		}
		return sanitize.Line(line)
	})
}
