package ui

import (
	"testing"

	"example.com/jobwatch/poller/job"
)

// Whoever adds and forgets jobs for months can take back the last of it, however much
// that was, and much of what came before, but memory does not fill with all the rest.
func TestUndoGoesBackSoFar(t *testing.T) {
	var m Model
	for range 1000 {
		m.remember(undoable{added: make([]job.ID, 1000)})
	}
	if n := len(m.undo); n != 1+undoKept/1000 {
		t.Errorf("%d actions of 1,000 jobs can be undone", n)
	}
	m.remember(undoable{added: make([]job.ID, 1_000_000)})
	if n := len(m.undo[len(m.undo)-1].added); n != 1_000_000 {
		t.Errorf("the last action was of %d jobs", n)
	}
	m.remember(undoable{added: make([]job.ID, 1)})
	if n := len(m.undo); n != 1 {
		t.Errorf("%d actions can be undone, that of a million jobs among them", n)
	}
}
