//go:build unix

package store_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	. "example.com/jobwatch/store"
)

// A script that was meant for another file makes a pipe of the state file's name. What
// runs goes on, says so, and saves again when the file is back.
func TestAPipeInThePlaceOfTheStateFile(t *testing.T) {
	path := stateFile(t)
	twoOn(t, path, func(p pair) {
		if err := errors.Join(os.Rename(path, path+".away"), syscall.Mkfifo(path, 0o600)); err != nil {
			p.Fatal(err)
		}
		want := path + " is a device, pipe or socket, not a state file; it was left as it is: name another file with --state"
		equal(p, "what is told", p.news().Warning, want)
		err := p.here.Append(p.Context(), Track{pasted(3, "")})
		says(p, err, want)
		if err := os.Rename(path+".away", path); err != nil {
			p.Fatal(err)
		}
		save(p, p.here, Track{pasted(3, "")})
		equal(p, "news", p.news(), News{Ops: []Op{Track{pasted(3, "")}}})
	})
}
