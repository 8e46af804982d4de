package download

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"example.com/jobwatch/poller/api"
)

// The first line of a PDF begins within so many bytes: readers skip what is before it.
const (
	magic     = "%PDF-"
	maxBefore = 1024
)

// maxAsks is how often a link is asked for when the API wants pauses.
const maxAsks = 5

// download makes one download and returns how it ended. giveUp ends ctx with errIdle.
func (d *Downloads) download(ctx context.Context, w *Want, giveUp func()) Event {
	file, already, err := d.get(ctx, w, giveUp)
	if err != nil && ctx.Err() != nil && !errors.Is(context.Cause(ctx), errIdle) {
		return Event{ID: w.ID, State: Canceled, Size: -1}
	}
	if err != nil {
		return Event{ID: w.ID, State: Failed, Size: -1, Err: explain(ctx, err)}
	}
	e := Event{ID: w.ID, State: Saved, Size: -1, File: file, Already: already}
	if info, err := os.Stat(file); err == nil {
		e.Got, e.Size = info.Size(), info.Size()
	}
	return e
}

func (d *Downloads) get(ctx context.Context, w *Want, giveUp func()) (file string, already bool, err error) {
	if info, err := os.Stat(w.File); err == nil && info.Mode().IsRegular() && filepath.Ext(w.File) == ".pdf" {
		return w.File, true, nil
	}
	if w.Path == "" {
		return "", false, errNoPath
	}
	link, err := d.link(ctx, w.Path)
	if err != nil {
		return "", false, linkError(err)
	}
	b := &body{downloads: d, event: Event{ID: w.ID, State: Running, Size: -1}}
	// From here on: the pages of redirects and refusals may hang, too.
	d.running.Go(func() { watchIdle(ctx, &b.got, d.idleTimeout, giveUp) })
	resp, err := d.source.Fetch(ctx, link)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.ContentLength > d.maxBytes {
		return "", false, tooLarge(d.maxBytes)
	}
	b.Reader, b.event.Size = resp.Body, resp.ContentLength
	return d.save(w, b)
}

// link asks where a PDF is, in turn. When the API wants a pause, the next turn comes after it.
func (d *Downloads) link(ctx context.Context, path string) (link *url.URL, err error) {
	if d.inTurn == nil || !d.source.Own(path) {
		return d.source.Output(ctx, path)
	}
	for range maxAsks {
		err = d.inTurn(ctx, func(ctx context.Context) (err error) {
			link, err = d.source.Output(ctx, path)
			return err
		})
		if e, ok := errors.AsType[*api.Error](err); !ok || !e.Problem.Pauses() {
			break
		}
	}
	return link, err
}

// body reports the progress of what is read.
type body struct {
	io.Reader
	downloads *Downloads
	event     Event
	reported  time.Time
	got       atomic.Int64 // for watchIdle
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.event.Got = b.got.Add(int64(n))
	if now := time.Now(); now.Sub(b.reported) >= eventInterval {
		b.reported = now
		b.downloads.mu.Lock()
		defer b.downloads.mu.Unlock()
		b.downloads.put(b.event)
	}
	return n, err
}

const (
	minProgress = 1 << 10 // bytes: a server that sends single ones would keep its place for days
	idleTicks   = 30      // of the idle timeout
)

// watchIdle calls giveUp when less than minProgress bytes have come within the timeout, until
// ctx ends. It counts ticks, not time: a process that was stopped, by Ctrl+Z or with the
// machine, misses its ticks and has the data of that time still to read.
func watchIdle(ctx context.Context, got *atomic.Int64, timeout time.Duration, giveUp func()) {
	ticker := time.NewTicker(timeout / idleTicks)
	defer ticker.Stop()
	counted := int64(0)
	for idle := 1; idle <= idleTicks; idle++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if n := got.Load(); n-counted >= minProgress {
			counted, idle = n, 0
		}
	}
	giveUp()
}

// save writes a body, which must be a PDF, into the wanted folder. A body of unknown length
// must also end as a PDF does: net/http does not notice that it was cut short.
func (d *Downloads) save(w *Want, b *body) (path string, already bool, err error) {
	buffered := bufio.NewReaderSize(b, maxBefore)
	head, err := buffered.Peek(maxBefore)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	begins := bytes.Index(head, []byte(magic))
	if begins < 0 {
		return "", false, errNotPDF
	}
	folder, err := d.open(w.Batch)
	if err != nil {
		return "", false, diskError("make the folder for", w.Batch, err)
	}
	defer func() { _ = folder.Close() }()
	p, err := newPart(folder, w.ID.Short())
	if err != nil {
		return "", false, diskError("write into the folder of", w.Batch, err)
	}
	defer p.discard()
	ends, err := p.fill(buffered, d.maxBytes)
	if err != nil {
		return "", false, err
	}
	if begins > 0 && !ends { // a page about PDFs
		return "", false, errNotPDF
	}
	if b.event.Size < 0 && !ends {
		return "", false, errCut
	}
	name, already, err := p.keep(fileNames(w.Description, w.ID.Short()))
	if err != nil {
		return "", false, diskError("save", w.Description, err)
	}
	return filepath.Join(folder.Name(), name), already, nil
}

// Error is a failed download, in words for people: what happened and what they can do. It
// holds no URL and no job ID, but may quote a description.
type Error struct {
	Reason  string
	Passing bool // it may be over a little later
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

var (
	errNoPath = &Error{Reason: "the API named no output for this job"}
	errNotPDF = &Error{Reason: "what came is not a PDF (a login page, perhaps): nothing was saved; try again"}
	errCut    = &Error{"the file came cut short: nothing was saved; try again", true}
	errPacked = &Error{"what came is damaged and can't be unpacked: nothing was saved; try again", true}
	errIdle   = &Error{"less than 1 KiB came within 30 s: given up; try again", true}
	errBroken = &Error{"the connection broke: nothing was saved; try again", true}
)

// linkError explains why the API did not say where the PDF is.
func linkError(err error) *Error {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return &Error{"asked for the PDF: " + e.Error(), true}
	}
	return &Error{"the API could not be asked for the PDF", true}
}

// explain says why a file could not be fetched, with a fresh link, or not saved. It drops the
// cause, which may name the host.
func explain(ctx context.Context, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*api.Error](err); ok {
		code := strconv.Itoa(e.Problem.Code)
		switch e.Problem.Code {
		case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
			return &Error{"the link to the PDF was refused (HTTP " + code + "), it may have expired; try again for a fresh one", true}
		case 0, http.StatusOK:
			return &Error{"the PDF: " + e.Error(), true}
		default:
			return &Error{"the file server answered HTTP " + code + "; try again later", true}
		}
	}
	if errors.Is(context.Cause(ctx), errIdle) {
		return errIdle
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	if api.Damaged(err) {
		return errPacked
	}
	return errBroken
}

func tooLarge(most int64) *Error {
	megabytes := strconv.FormatFloat(float64(most)/1e6, 'f', -1, 64)
	return &Error{Reason: "the file is larger than " + megabytes + " MB: nothing was saved; raise --max-download to get it"}
}

// diskError explains an error of the file system without its paths.
func diskError(what, of string, err error) *Error {
	inner := err
	for next := err; next != nil; next = errors.Unwrap(next) {
		inner = next
	}
	if name := Name(of, ""); name != "" {
		what += " “" + name + "”"
	}
	reason := inner.Error()
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = "not allowed"
	case errors.Is(err, fs.ErrExist):
		reason = "a file has its name"
	case errors.Is(err, syscall.ENOSPC):
		reason = "the disk is full"
	case errors.Is(err, syscall.EDQUOT):
		reason = "your disk quota is used up"
	case strings.Contains(reason, "escapes"): // os.Root has no error value for it
		reason = "a link there leads out of the download folder"
	}
	return &Error{Reason: "can't " + what + ": " + reason}
}
