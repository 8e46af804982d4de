package download

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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

// download makes one download and reports how it ended.
func (d *Downloads) download(ctx context.Context, w *Want) {
	file, already, err := d.get(ctx, w)
	switch {
	case err == nil:
		size := int64(-1)
		if info, statErr := os.Stat(file); statErr == nil {
			size = info.Size()
		}
		d.finish(Event{ID: w.ID, State: Saved, Got: size, Size: size, File: file, Already: already})
	case ctx.Err() != nil:
		d.finish(Event{ID: w.ID, State: Canceled, Size: -1})
	default:
		d.finish(Event{ID: w.ID, State: Failed, Size: -1, Err: explain(err)})
	}
}

func (d *Downloads) get(ctx context.Context, w *Want) (file string, already bool, err error) {
	if w.File != "" && isPDF(w.File) {
		return w.File, true, nil
	}
	if w.Path == "" {
		return "", false, errNoPath
	}
	link, err := d.link(ctx, w.Path)
	if err != nil {
		return "", false, linkError(err)
	}
	// From here on: the pages of redirects and refusals may hang, too.
	ctx, cancel := context.WithCancelCause(ctx)
	var got atomic.Int64
	var watching sync.WaitGroup
	watching.Go(func() { watchIdle(ctx, &got, d.idleTimeout, func() { cancel(errIdle) }) })
	defer watching.Wait()
	defer cancel(nil)
	resp, err := d.source.Fetch(ctx, link)
	if err != nil {
		return "", false, fetchError(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	compressed := resp.Header.Get("Content-Encoding") != ""
	if resp.ContentLength > d.maxBytes && !compressed {
		return "", false, tooLarge(d.maxBytes)
	}
	body := &body{r: resp.Body, size: resp.ContentLength, max: d.maxBytes, progress: func(n int64) {
		got.Store(n)
		d.progress(w.ID, n, resp.ContentLength)
	}}
	plain, err := api.Unpack(resp.Header, body)
	if err != nil {
		return "", false, fetchError(ctx, err)
	}
	file, already, err = d.save(w, body, plain)
	if err != nil && errors.Is(context.Cause(ctx), errIdle) {
		err = errIdle
	}
	return file, already, err
}

// link asks where a PDF is, in turn. When the API wants a pause, the next turn comes after it.
func (d *Downloads) link(ctx context.Context, path string) (link *url.URL, err error) {
	if d.turns == nil || !d.source.Own(path) {
		return d.source.Output(ctx, path)
	}
	for range maxAsks {
		err = d.turns.InTurn(ctx, func(ctx context.Context) (err error) {
			link, err = d.source.Output(ctx, path)
			return err
		})
		if e, ok := errors.AsType[*api.Error](err); !ok || !e.Problem.Pauses() {
			break
		}
	}
	return link, err
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
	for idle := 0; idle < idleTicks; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			idle++
		}
		if n := got.Load(); n-counted >= minProgress {
			counted, idle = n, 0
		}
	}
	giveUp()
}

// save writes a body, which must unpack to a PDF, into the wanted folder.
func (d *Downloads) save(w *Want, b *body, plain io.Reader) (file string, already bool, err error) {
	buffered := bufio.NewReaderSize(plain, maxBefore)
	head, err := buffered.Peek(len(magic))
	if string(head) != magic {
		head, err = buffered.Peek(maxBefore)
	}
	begins := bytes.Index(head, []byte(magic))
	switch {
	case (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) && b.cutShort():
		return "", false, errCut
	case err != nil && !errors.Is(err, io.EOF):
		return "", false, explain(err)
	case begins < 0:
		return "", false, errNotPDF
	}
	f, err := d.open(w.Batch)
	if err != nil {
		return "", false, diskError("make the folder for", w.Batch, err)
	}
	defer f.close()
	p, err := f.newPart(w.ID.Short())
	if err != nil {
		return "", false, diskError("write into the folder of", w.Batch, err)
	}
	defer p.discard()
	if err := p.fill(buffered, d.maxBytes); err != nil {
		return "", false, err
	}
	switch ends := p.endsAsPDF(); {
	case b.cutShort(), b.size < 0 && !ends:
		return "", false, errCut
	case begins > 0 && !ends: // a page about PDFs
		return "", false, errNotPDF
	}
	name, already, err := p.keep(fileNames(w.Description, w.ID.Short()))
	if err != nil {
		return "", false, diskError("save", w.Description, err)
	}
	return filepath.Join(f.path, name), already, nil
}

// body counts the bytes that are read.
type body struct {
	r        io.Reader
	got      int64
	size     int64 // -1 if it is not known
	max      int64 // of what it unpacks to
	progress func(got int64)
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if n > 0 {
		b.got += int64(n)
		b.progress(b.got)
	}
	if b.got > 2*b.max+64<<10 { // compression adds less, and what unpacks to nothing must end
		return n, tooLarge(b.max)
	}
	return n, err
}

// cutShort reports whether less came than was announced.
func (b *body) cutShort() bool { return b.size >= 0 && b.got < b.size }

// isPDF reports whether a regular file begins as a PDF does.
func isPDF(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name) //nolint:gosec // G304: the state file names it, which is the user's own
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	head, err := io.ReadAll(io.LimitReader(f, maxBefore))
	return err == nil && bytes.Contains(head, []byte(magic))
}
