package store

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// On a file system without locks, one dashboard at a time has the state file to
// itself. A file beside it says whose it is, the claim: only one can create it, and its
// owner writes a new number into it every few seconds, a beat. Whoever finds a claim
// watches it. If it beats, its owner lives, and the newcomer is refused; if it is
// silent for long, the newcomer puts a claim of its own in its place.
//
// An owner may have been stopped for that long, by a suspend or a network that hung,
// and not be dead. So it looks before each change whether the claim is still its own.
//
// Silence is measured by the newcomer's own clock, as those of two machines differ; and
// it is the contents that count, which a network file system gives anew to whoever opens
// a file, not the time of the last change, which it may remember for a minute.
const (
	claimBeat   = 2 * time.Second
	claimLook   = 500 * time.Millisecond
	claimSilent = 20 * time.Second // ten beats
	maxClaim    = 1 << 10          // bytes of a claim that are read
)

// claim is what a store knows of the claims on its file.
type claim struct {
	name   string // of the file
	token  string // stands in ours
	beats  int
	beaten time.Time        // when ours was last written
	heard  map[string]heard // what stands in others', by the file's name
}

// heard is what somebody else's claim says, and since when.
type heard struct {
	text  string
	since time.Time
	beats bool // it said something else before
}

func newClaim(path string) claim {
	return claim{name: path + ".owner", token: newID(), heard: make(map[string]heard)}
}

// claimText is what stands in a claim. Its length doesn't change from beat to beat, so
// that no reader and no crash ever finds half of one.
type claimText struct {
	Claim string `json:"claim"`
	Host  string `json:"host"`
	PID   int    `json:"pid"`
	Beat  string `json:"beat"`
}

func (c *claim) text() []byte {
	host, _ := os.Hostname() // "" is not known
	text, _ := json.Marshal(claimText{c.token, host[:min(len(host), 255)], os.Getpid(), fmt.Sprintf("%010d", c.beats)})
	return append(text, '\n')
}

func (c *claim) isOurs(text string) bool {
	var t claimText
	return json.Unmarshal([]byte(text), &t) == nil && t.Claim == c.token
}

// silent takes note of what a claim of somebody else's says, and reports whether it has
// said the same for long.
func (c *claim) silent(name, text string) bool {
	before, known := c.heard[name]
	if !known || before.text != text {
		c.heard[name] = heard{text, time.Now(), known}
		return false
	}
	return time.Since(before.since) >= claimSilent
}

// own makes the state file ours alone, if it is nobody's or its owner is dead, and keeps
// it so. A [TakenError] says whose it is.
func (s *Store) own() error {
	var theirs string
	for range 3 { // what was done is believed when it is seen
		text, err := s.readClaim(s.claim.name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err = s.makeFolder(filepath.Dir(s.path)); err == nil {
				err = s.writeClaim(s.claim.name)
			}
			if err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		case err != nil:
			return err
		case s.claim.isOurs(text):
			if err := s.beat(); !errors.Is(err, errLost) {
				return err
			}
		case s.claim.silent(s.claim.name, text):
			theirs = text
			if err := s.takeOver(text); err != nil {
				return err
			}
		default:
			return &TakenError{s.path, whose(text)}
		}
	}
	return &TakenError{s.path, whose(theirs)}
}

// takeOver puts our claim in a dead one's place. Of several who try, the one whose
// claim stands there in the end has it: they write theirs to one name first, which only
// one can create, and look again whether the dead one is still there.
func (s *Store) takeOver(dead string) error {
	next := s.claim.name + ".new"
	switch err := s.writeClaim(next); {
	case errors.Is(err, fs.ErrExist): // somebody else is at it, or died of it
		if text, err := s.readClaim(next); err == nil && s.claim.silent(next, text) {
			_ = s.disk.Remove(next) // or it is gone by now
		}
		return nil
	case err != nil:
		return err
	}
	if text, err := s.readClaim(s.claim.name); err != nil || text != dead {
		_ = s.disk.Remove(next)
		return nil //nolint:nilerr // own looks what is there instead
	}
	if err := s.disk.Rename(next, s.claim.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		_ = s.disk.Remove(next)
		return err
	}
	return nil
}

// ownPatiently is own for who has time: it waits until it is known whether the owner of
// a claim is alive.
func (s *Store) ownPatiently(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		err := s.own()
		if _, taken := errors.AsType[*TakenError](err); !taken || s.claim.heard[s.claim.name].beats {
			return err
		}
		timer.Reset(claimLook)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errLost says that a claim is not ours any more, or gone.
var errLost = errors.New("the claim is another's")

// beat shows others that we are alive, every now and then.
func (s *Store) beat() error {
	if time.Since(s.claim.beaten) < claimBeat {
		return nil
	}
	f, err := s.disk.Open(s.claim.name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return errLost
	}
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxClaim))
	switch {
	case err != nil:
	case !s.claim.isOurs(string(text)):
		err = errLost
	default:
		s.claim.beats++
		if _, err = f.WriteAt(s.claim.text(), 0); err == nil {
			s.claim.beaten = time.Now()
		}
	}
	if closed := f.Close(); err == nil { // a network file system writes then
		err = closed
	}
	return err
}

// disown gives the file free.
func (s *Store) disown() {
	if !s.unlockable {
		return
	}
	if text, err := s.readClaim(s.claim.name); err == nil && s.claim.isOurs(text) {
		_ = s.disk.Remove(s.claim.name) // else it falls silent
	}
}

func (s *Store) readClaim(name string) (string, error) {
	f, err := s.disk.Open(name, os.O_RDONLY, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, maxClaim))
	return string(text), err
}

// writeClaim creates a claim of ours.
func (s *Store) writeClaim(name string) error {
	s.claim.beats++
	err := s.writeNew(name, nil, func(w *bufio.Writer) error {
		_, err := w.Write(s.claim.text())
		return err
	})
	if err == nil {
		s.claim.beaten = time.Now()
	}
	return err
}

// whose says which process a claim is of, as far as it is fit to be told: anyone who may
// write into the folder may have written it.
func whose(text string) string {
	var t claimText
	if err := json.Unmarshal([]byte(text), &t); err != nil || t.PID <= 0 {
		return "it is not known which"
	}
	host := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, t.Host)
	if host == "" {
		return fmt.Sprintf("process %d", t.PID)
	}
	return fmt.Sprintf("process %d on %s", t.PID, host[:min(len(host), 64)])
}
