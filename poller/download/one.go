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

	"example.com/jobwatch/poller/api"
)

// one is a whole download, and tells how it ended.
func (d *Downloads) one(ctx context.Context, w Want) {
	file, already, err := d.get(ctx, &w)
	switch {
	case err == nil:
		size := int64(-1)
		if info, statErr := os.Stat(file); statErr == nil {
			size = info.Size()
		}
		d.done(Event{ID: w.ID, State: Saved, Got: size, Size: size, File: file, Already: already})
	case ctx.Err() != nil:
		d.done(Event{ID: w.ID, State: Canceled, Size: -1})
	default:
		d.done(Event{ID: w.ID, State: Failed, Size: -1, Err: explain(err)})
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
		return "", false, asking(err)
	}
	// A link that sends next to nothing for long is given up: three such would block
	// all. That begins before the file does: pages of redirects and refusals hang, too.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := listen(d.idle, func() { cancel(errIdle) })
	defer silence.stop()
	resp, err := d.source.Fetch(ctx, link)
	if err != nil {
		return "", false, getting(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	packed := resp.Header.Get("Content-Encoding") != ""
	if resp.ContentLength > d.max && !packed {
		return "", false, tooLarge(d.max)
	}
	body := &body{r: resp.Body, size: resp.ContentLength, max: d.max, heard: func(got int64) {
		silence.heard(got)
		d.progress(w.ID, got, resp.ContentLength)
	}}
	plain, err := api.Unpack(resp.Header, body)
	if err != nil {
		return "", false, getting(ctx, err)
	}
	name, already, err := d.save(w, body, plain)
	if err != nil && errors.Is(context.Cause(ctx), errIdle) {
		err = errIdle
	}
	return name, already, err
}

// patience is how often a link is asked for in all when the API wants pauses.
const patience = 5

// link asks where a PDF is, when it is its turn. Being asked for a pause is no failure:
// the next turn comes when the API wants it to.
func (d *Downloads) link(ctx context.Context, path string) (link *url.URL, err error) {
	if d.turns == nil || !d.source.Own(path) {
		return d.source.Output(ctx, path)
	}
	for range patience {
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

// A PDF's first line begins within so many bytes: readers skip what stands before it.
const (
	magic     = "%PDF-"
	maxBefore = 1024
)

// save writes a body that is a PDF, and what it unpacks to, into the wanted folder.
func (d *Downloads) save(w *Want, b *body, plain io.Reader) (file string, already bool, err error) {
	buffered := bufio.NewReaderSize(plain, maxBefore)
	head, err := buffered.Peek(len(magic))
	if string(head) != magic {
		head, err = buffered.Peek(maxBefore)
	}
	begins := bytes.Index(head, []byte(magic))
	switch {
	case endOfFile(err) && b.cut():
		return "", false, errCut
	case err != nil && !errors.Is(err, io.EOF):
		return "", false, explain(err)
	case begins < 0:
		return "", false, errNotPDF
	}
	f, err := d.open(w.Batch)
	if err != nil {
		return "", false, onDisk("make the folder for", w.Batch, err)
	}
	defer f.close()
	p, err := f.begin(w.ID.Short())
	if err != nil {
		return "", false, onDisk("write into the folder of", w.Batch, err)
	}
	defer p.discard()
	if err := p.fill(buffered, d.max); err != nil {
		return "", false, err
	}
	switch ends := p.ends(); {
	case b.cut(), b.size < 0 && !ends:
		return "", false, errCut
	case begins > 0 && !ends: // a page that only speaks of PDFs
		return "", false, errNotPDF
	}
	name, already, err := p.keep(names(w.Description, w.ID.Short()))
	if err != nil {
		return "", false, onDisk("save", w.Description, err)
	}
	return filepath.Join(f.path, name), already, nil
}

// body counts what is read, in bytes.
type body struct {
	r     io.Reader
	got   int64
	size  int64 // -1 when not told
	max   int64 // of what it unpacks to
	heard func(got int64)
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if n > 0 {
		b.got += int64(n)
		b.heard(b.got)
	}
	if b.got > 2*b.max+64<<10 { // packing adds less, and what unpacks to nothing must end, too
		return n, tooLarge(b.max)
	}
	return n, err
}

// cut says that less came than was promised.
func (b *body) cut() bool { return b.size >= 0 && b.got < b.size }

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
