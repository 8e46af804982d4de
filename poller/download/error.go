package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"

	"example.com/jobwatch/poller/api"
)

// Kind sorts failed downloads.
type Kind uint8

// The kinds of failed downloads. Trying again may help with all but NoOutput and
// Private, and with TooLarge and Disk once something was changed.
const (
	NoOutput Kind = iota // the API named no output
	Asking               // the API did not say where the PDF is, or has none yet
	Expired              // the link was refused
	Private              // the link leads into the user's own network
	Broken               // the file server, or the way to it
	TooLarge
	NotPDF
	CutShort
	Disk
)

// Error is a failed download, in words for people: what happened and what they can do. It
// holds no URL and no job ID, but may quote a description.
type Error struct {
	Kind   Kind
	Reason string
	cause  error
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// Unwrap returns the cause, if there is one to show.
func (e *Error) Unwrap() error { return e.cause }

var (
	errNoPath = &Error{Kind: NoOutput, Reason: "the API named no output for this job"}
	errNotPDF = &Error{Kind: NotPDF, Reason: "what came is not a PDF (a login page, perhaps): nothing was saved; try again"}
	errCut    = &Error{Kind: CutShort, Reason: "the file came cut short: nothing was saved; try again"}
	errPacked = &Error{Kind: Broken, Reason: "what came is damaged and can't be unpacked: nothing was saved; try again"}
	errIdle   = &Error{Kind: Broken, Reason: "less than 1 KiB came within 30 s: given up; try again"}
)

// explain makes an [Error] of whatever failed.
func explain(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return broken(err)
}

// linkError explains why the API did not say where the PDF is.
func linkError(err error) *Error {
	e, ok := errors.AsType[*api.Error](err)
	if !ok {
		return &Error{Asking, "the API could not be asked for the PDF", err}
	}
	return &Error{unlessPrivate(Asking, err), "asked for the PDF: " + e.Error(), err}
}

// fetchError explains why the file could not be fetched, with a fresh link.
func fetchError(ctx context.Context, err error) *Error {
	e, ok := errors.AsType[*api.Error](err)
	switch {
	case !ok && errors.Is(context.Cause(ctx), errIdle):
		return errIdle
	case !ok:
		return broken(err)
	}
	switch code := e.Problem.Code; code {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return &Error{Expired, "the link to the PDF was refused (HTTP " + strconv.Itoa(code) + "), it may have expired; try again for a fresh one", err}
	case 0, http.StatusOK:
		return &Error{unlessPrivate(Broken, err), "the PDF: " + e.Error(), err}
	default:
		return &Error{Broken, "the file server answered HTTP " + strconv.Itoa(code) + "; try again later", err}
	}
}

// unlessPrivate returns k, or Private for a link into the private network.
func unlessPrivate(k Kind, err error) Kind {
	if errors.Is(err, api.ErrPrivate) {
		return Private
	}
	return k
}

// broken explains why a body could not be read to its end. It drops the cause, which may name
// the host.
func broken(err error) *Error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case api.Damaged(err):
		return errPacked
	}
	return &Error{Kind: Broken, Reason: "the connection broke: nothing was saved; try again"}
}

func tooLarge(most int64) *Error {
	return &Error{Kind: TooLarge, Reason: fmt.Sprintf("the file is larger than %s: nothing was saved; raise --max-download to get it", inBytes(most))}
}

func inBytes(n int64) string {
	switch {
	case n >= 1e6 && n%1e6 == 0:
		return strconv.FormatInt(n/1e6, 10) + " MB"
	case n >= 1e3 && n%1e3 == 0:
		return strconv.FormatInt(n/1e3, 10) + " kB"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// diskError explains an error of the file system without its paths.
func diskError(what, of string, err error) *Error {
	inner := err
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		inner = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		inner = e.Err
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
	return &Error{Kind: Disk, Reason: "can't " + what + ": " + reason, cause: err}
}
