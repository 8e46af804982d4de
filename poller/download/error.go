package download

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"example.com/jobwatch/poller/api"
)

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
		return &Error{"asked for the PDF: " + e.Error(), !e.Private}
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
			return &Error{"the PDF: " + e.Error(), !e.Private}
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
