package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// folderName is the folder in the XDG base directory that is jobwatch's alone.
const folderName = "jobwatch"

// errMoved says that the name leads to another place than a moment ago.
var errMoved = errors.New("its name was made a link, or the link another one")

// locate follows the name's links anew. A file may be moved, and a link be put in its
// place, while we run; whoever starts then has its lock beside the moved file.
func (s *Store) locate() error {
	path, err := s.disk.Resolve(s.name)
	if err != nil || path == s.path {
		return err
	}
	s.disown()
	s.path, s.claim, s.unlockable = path, newClaim(path), false
	return nil
}

// stays fails if the name leads elsewhere by now.
func (s *Store) stays() error {
	path, err := s.disk.Resolve(s.name)
	if err == nil && path != s.path {
		err = errMoved
	}
	return err
}

// DefaultPath returns the state file's place after the XDG Base Directory
// Specification: $XDG_STATE_HOME/jobwatch/jobs.jsonl. A relative XDG_STATE_HOME is
// ignored, as the specification asks; without one it is ~/.local/state, or what
// the system has in its place.
func DefaultPath() (string, error) {
	if _, err := os.UserHomeDir(); err != nil && runtime.GOOS != "windows" && !filepath.IsAbs(os.Getenv("XDG_STATE_HOME")) {
		// xdg would fall back to the root folder.
		return "", errors.New("no place for the state file: neither HOME nor XDG_STATE_HOME is set" +
			" to a folder; set one, or name a file with --state")
	}
	xdg.Reload() // it read the environment when the program started
	if !filepath.IsAbs(xdg.StateHome) {
		return "", errors.New("no place for the state file: HOME is not an absolute path" +
			"; mend it, or name a file with --state")
	}
	return filepath.Join(xdg.StateHome, folderName, "jobs.jsonl"), nil
}
