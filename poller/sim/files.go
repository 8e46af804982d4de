package sim

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"example.com/jobwatch/poller/job"
)

// serveOutput names a fresh, signed link to a Done job's file.
func (s *Server) serveOutput(w http.ResponseWriter, r *http.Request, id job.ID) {
	e, at, ok := s.find(id)
	if !ok {
		reply(w, http.StatusNotFound, detail("Job not found"))
		return
	}
	if status, _ := e.Life.At(at); status != job.Done {
		reply(w, http.StatusNotFound, detail("Job has no output"))
		return
	}
	expires := strconv.FormatInt(s.clock().Add(s.linkLife).Unix(), 10)
	reply(w, http.StatusOK, map[string]string{
		"url": fmt.Sprintf("%s/files/%s.pdf?expires=%s&signature=%s", origin(r), id, expires, s.sign(id, expires)),
	})
}

// sign makes the part of a link that nobody else can make.
func (s *Server) sign(id job.ID, expires string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write(id[:])
	mac.Write([]byte(expires))
	return hex.EncodeToString(mac.Sum(nil))
}

// serveFile gives the PDF to whoever holds a good link, and object storage's answer
// to everyone else.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	query := r.URL.Query()
	expires := query.Get("expires")
	id, err := job.Parse(name)
	until, errUntil := strconv.ParseInt(expires, 10, 64)
	if err != nil || errUntil != nil || !hmac.Equal([]byte(query.Get("signature")), []byte(s.sign(id, expires))) {
		refuse(w, "SignatureDoesNotMatch")
		return
	}
	if s.clock().After(time.Unix(until, 0)) {
		refuse(w, "Request has expired")
		return
	}
	e, _, ok := s.find(id)
	if !ok {
		refuse(w, "NoSuchKey")
		return
	}
	w.Header().Set("Content-Type", "application/pdf")
	if d := mime.FormatMediaType("attachment", map[string]string{"filename": e.Description + ".pdf"}); d != "" {
		w.Header().Set("Content-Disposition", d)
	}
	http.ServeContent(w, r, "", e.added.Add(e.Life.End), bytes.NewReader(PDF(e.Description)))
}

func refuse(w http.ResponseWriter, why string) {
	send(w, http.StatusForbidden, "application/xml",
		[]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>`+why+`</Message></Error>`))
}
