package ui

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// Whoever adds and removes jobs for months can take back the last of it, however much
// that was, and much of what came before, but memory does not fill with all the rest.
func TestUndoGoesBackSoFar(t *testing.T) {
	var h history
	adding := func(n int) { h.add(&change{added: make([]session.Member, n)}) }
	for range 1000 {
		adding(1000)
	}
	if n := len(h[undo]); n != 1+historyKept/1000 {
		t.Errorf("%d actions of 1,000 jobs can be undone", n)
	}
	adding(1_000_000)
	if n := len(h.next(undo).added); n != 1_000_000 {
		t.Errorf("the last action was of %d jobs", n)
	}
	adding(1)
	if n := len(h[undo]); n != 1 {
		t.Errorf("%d actions can be undone, that of a million jobs among them", n)
	}
	for range historyKept {
		h[undo] = append(h[undo], &change{batch: &session.Batch{}})
	}
	h.add(&change{batch: &session.Batch{}})
	if n := len(h[undo]); n != 1+historyKept {
		t.Errorf("%d renamings can be undone", n)
	}
}

// past is what is tracked, its user's history, and what other windows do to it in between.
type past struct {
	*session.Session

	history history
	now     time.Time
	batches int
	foreign map[job.ID]bool // other windows changed them last
}

// tracked is what undo and redo restore of a job.
type tracked struct {
	batch, name string
	added       int64
}

func (p *past) state() map[job.ID]tracked {
	all := make(map[job.ID]tracked)
	for _, r := range p.Records() {
		all[r.ID] = tracked{string(r.Batch), r.In().Name, r.Added.UnixMilli()}
	}
	return all
}

// some draws some of the jobs that are there, or that are not.
func (p *past) some(t *rapid.T, there bool) []job.ID {
	var from []job.ID
	for i := range byte(8) {
		id := job.ID{i}
		if _, ok := p.Record(id); ok == there {
			from = append(from, id)
		}
	}
	if len(from) == 0 {
		t.Skip("there are none")
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, len(from), rapid.ID).Draw(t, "jobs")
}

// records are of new jobs, in a new batch.
func (p *past) records(ids []job.ID) ([]store.Job, store.Batch) {
	p.batches++
	p.now = p.now.Add(time.Second)
	batch := store.Batch{ID: store.BatchID(fmt.Sprint("b", p.batches)), Name: fmt.Sprint("pasted ", p.batches), Added: p.now}
	records := make([]store.Job, len(ids))
	for i, id := range ids {
		records[i] = store.Job{ID: id, Batch: batch.ID, Added: p.now}
	}
	return records, batch
}

func (p *past) add(t *rapid.T) {
	ids := p.some(t, false)
	_, batch := p.records(ids)
	added, _ := p.Add(ids, batch)
	p.history.add(&change{at: p.now, added: session.Members(added)})
	p.touch(false, ids...)
}

func (p *past) remove(t *rapid.T) {
	ids := p.some(t, true)
	p.history.add(&change{at: p.now, removed: p.Remove(session.Members(p.Find(ids)))})
	p.touch(false, ids...)
}

func (p *past) rename(t *rapid.T) {
	row, _ := p.Record(p.some(t, true)[0])
	b := row.In()
	did := &change{at: p.now, batch: b, from: b.Name, to: rapid.SampledFrom([]string{"june", "july"}).Draw(t, "name")}
	p.Rename(b, did.to)
	p.history.add(did)
}

func (p *past) touch(foreign bool, ids ...job.ID) {
	for _, id := range ids {
		p.foreign[id] = foreign
	}
}

func (p *past) others(t *rapid.T) {
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0: // they add
		ids := p.some(t, false)
		records, batch := p.records(ids)
		ops := []store.Op{store.SetBatch{Batch: batch}}
		for _, j := range records {
			ops = append(ops, store.Track{Job: j})
		}
		p.write(store.News{Ops: ops})
		p.touch(true, ids...)
	case 1: // they remove
		for _, id := range p.some(t, true) {
			p.write(store.News{Ops: []store.Op{store.Forget{ID: id}}})
			p.touch(true, id)
		}
	case 2: // they move
		ids := p.some(t, true)
		records, batch := p.records(ids)
		ops := []store.Op{store.SetBatch{Batch: batch}}
		for i, id := range ids {
			ops = append(ops, store.Forget{ID: id}, store.Track{Job: records[i]})
		}
		p.write(store.News{Ops: ops})
		p.touch(true, ids...)
	case 3: // a status changes, which is nobody's action
		row, _ := p.Record(p.some(t, true)[0])
		j := row.Job
		j.Answered, j.Answer.Status = p.now, job.Processing
		p.write(store.News{Ops: []store.Op{store.Observe{Job: j}}})
	default: // the file is compacted
		var c store.Contents
		batches := make(map[store.BatchID]bool)
		for _, r := range p.Records() {
			j := r.Job
			j.Added = j.Added.Truncate(time.Millisecond)
			c.Jobs = append(c.Jobs, j)
			if !batches[j.Batch] {
				batches[j.Batch] = true
				c.Batches = append(c.Batches, r.In().Batch)
			}
		}
		p.write(store.News{Reset: &c})
	}
}

// write has another window write into the state file, when all that is ours is in it.
func (p *past) write(news store.News) {
	p.saveAll()
	p.Followed(news)
}

func (p *past) saveAll() {
	p.Save(func(error) {})
	over, cancel := context.WithCancel(context.Background())
	cancel() // no delays
	for _, effects := p.Take(); len(effects) > 0; _, effects = p.Take() {
		for _, e := range effects {
			e(over)()
		}
	}
}

// all undoes or redoes all that there is.
func (p *past) all(d direction) {
	for c := p.history.next(d); c != nil; c = p.history.next(d) {
		did, _ := c.reverse(p.Session, c.added, p.now)
		p.history.reversed(c, did, d)
	}
}

// Whatever was done, undoing all of it and redoing all of it leads back to where it was;
// alone, undoing leads to the beginning, and what other windows added or moved stays.
func TestUndoingAndRedoingEverythingChangesNothing(t *testing.T) {
	for name, others := range map[string]bool{"alone": false, "with other windows": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				now := time.Unix(1_700_000_000, 123_456_789)
				p := &past{Session: session.New(session.Config{Poller: deaf{}}), now: now, foreign: make(map[job.ID]bool)}
				p.Open(forgetful{}, store.Opened{})
				actions := map[string]func(*rapid.T){"add": p.add, "remove": p.remove, "rename": p.rename}
				if others {
					actions["others"], actions["others more"] = p.others, p.others
				}
				t.Repeat(actions)
				before := p.state()
				p.all(undo)
				begin := p.state()
				if !others && len(begin) > 0 {
					t.Fatalf("all was undone, and there still is %v", begin)
				}
				for id, foreign := range p.foreign {
					was, there := before[id]
					now := begin[id]
					if foreign && there && (was.batch != now.batch || was.added != now.added) {
						t.Fatalf("another window left %s as %v, undo as %v", id, was, now)
					}
				}
				p.all(redo)
				if after := p.state(); !maps.Equal(after, before) {
					t.Fatalf("all was redone, and it is\n%v, want\n%v", after, before)
				}
			})
		})
	}
}
