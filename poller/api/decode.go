package api

import (
	"bufio"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"example.com/jobwatch/poller/job"
)

const (
	maxText   = 4 << 10 // bytes of a text that are kept
	maxStatus = 64      // bytes of a status word that are kept
)

// decode reads a status, which must be the wanted job's. Any error is an [Error] of kind
// job.NotAPI.
func decode(body []byte, want job.ID) (job.Answer, error) {
	var wire struct { // all but the first two may also be null
		ID          string   `json:"id"`     // a UUID, required
		Status      string   `json:"status"` // Not Started, Processing, Done or Error, required
		Description string   `json:"description"`
		Meta        string   `json:"status_meta"` // the step under way, or the cause of the error
		Path        string   `json:"path"`        // of the status, or when Done of the output
		Progress    *float64 `json:"progress"`    // 0 to 1; absent means unknown, which is not 0
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return job.Answer{}, notAPI("answered with " + jsonProblem(body, err))
	}
	if wire.ID == "" {
		return job.Answer{}, notAPI("answered with JSON that names no job")
	}
	if id, err := job.Parse(wire.ID); err != nil || id != want {
		return job.Answer{}, notAPI("answered about another job")
	}
	a := job.Answer{
		Status:      job.Status(truncate(wire.Status, maxStatus)),
		Description: truncate(wire.Description, maxText),
		Meta:        truncate(wire.Meta, maxText),
		Progress:    job.Unknown,
	}
	if !strings.ContainsFunc(string(a.Status), isVisible) {
		return job.Answer{}, notAPI("answered without a status")
	}
	if len(wire.Path) <= maxText { // a truncated URL would be another URL
		a.Path = wire.Path
	}
	if wire.Progress != nil {
		a.Progress = job.Progress(min(max(*wire.Progress, 0), 1))
	}
	if a.Status == job.Done {
		a.Progress = 1
	}
	return a, nil
}

func isVisible(r rune) bool { return unicode.IsPrint(r) && r != ' ' }

// jsonProblem says in people's words what is there instead of a status.
func jsonProblem(body []byte, err error) string {
	if len(body) == 0 {
		return "nothing"
	}
	e, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return "damaged JSON, or none at all"
	}
	if e.Field == "" {
		return "JSON that is no job's status"
	}
	types := map[string]string{"array": "a list", "object": "an object", "bool": "true or false", "string": "a text"}
	return cmp.Or(types[e.Value], "a wrong number") + " as the job's " + e.Field
}

// unpack undoes the Content-Encoding of an answer, whose length is not known then: caches and
// file servers compress without being asked. A body that is not compressed although its header
// says so, and one in an unknown encoding such as utf-8, are left as they are.
func unpack(resp *http.Response) error {
	names := strings.Split(strings.ToLower(strings.Join(resp.Header.Values("Content-Encoding"), ",")), ",")
	if len(names) > 3 {
		return notAPI("answered with more than 3 compressions")
	}
	for _, name := range slices.Backward(names) {
		switch name = strings.TrimSpace(name); name {
		case "gzip", "x-gzip", "deflate":
			plain, err := unpacker(bufio.NewReader(resp.Body), name == "deflate")
			if err != nil {
				return err
			}
			resp.ContentLength = -1
			resp.Body = struct {
				io.Reader
				io.Closer
			}{plain, resp.Body}
		case "br", "zstd", "compress", "x-compress":
			return notAPI("answered with " + name + " compression, which jobwatch can't unpack")
		}
	}
	return nil
}

// unpacker unpacks what begins as gzip or zlib does. By the standard, deflate is zlib; in
// practice it may be bare.
func unpacker(b *bufio.Reader, deflate bool) (io.Reader, error) {
	head, err := b.Peek(2)
	if err != nil {
		return b, nil //nolint:nilerr // reading has the same error
	}
	if string(head) == "\x1f\x8b" {
		return gzip.NewReader(b)
	}
	if head[0]&0x0f == 8 && binary.BigEndian.Uint16(head)%31 == 0 {
		return zlib.NewReader(b)
	}
	if deflate {
		return flate.NewReader(b), nil
	}
	return b, nil
}

// Damaged reports whether an error means that a compressed body is damaged.
func Damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, zlib.ErrChecksum)
}
