package ui

import (
	"context"
	"errors"
	"fmt"
	"iter"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
)

// foreign takes in what another dashboard wrote.
func (m *Model) foreign(msg foreignMsg) tea.Cmd {
	if errors.Is(msg.err, context.Canceled) {
		return nil
	}
	if msg.err != nil {
		m.warn(fmt.Sprintf("the state file can't be followed: %v", msg.err))
		return nil
	}
	if msg.news.Warning != (store.Warning{}) {
		m.warn(msg.news.Warning.String())
	}
	m.damage(msg.news.Damaged, "")
	var cmds []tea.Cmd
	if msg.news.Reset != nil {
		cmds = append(cmds, m.replaced(*msg.news.Reset))
	}
	// What we have not got on the disk yet comes later in the file than this.
	applied := m.list.ApplyOps(append(msg.news.Ops, m.saves.unacknowledged()...), m.now)
	m.track(applied.Added)
	m.drop(applied.Gone)
	for _, op := range msg.news.Ops {
		switch op := op.(type) {
		case store.Track:
			m.learn(op.Job.ID)
		case store.Observe:
			m.learn(op.Job.ID)
		}
	}
	m.noteEvents(applied.Events)
	m.fetchDone(applied.Events)
	cmds = append(cmds, m.record(applied.Save), follow(m.ctx, m.journal), m.announce(applied.Events))
	if msg.news.Lost {
		m.saves.add(nil, m.everything()...)
		cmds = append(cmds, m.flush())
	}
	return tea.Batch(cmds...)
}

// replaced takes in a state file that was compacted or exchanged under us.
func (m *Model) replaced(c store.Contents) tea.Cmd {
	applied := m.list.Reset(c)
	m.drop(applied.Gone)
	m.track(applied.Added)
	for i := range applied.Added {
		m.oracle.See(&applied.Added[i])
	}
	return m.record(applied.Save)
}

// damage tells of lines of the state file that could not be read.
func (m *Model) damage(lines int, backup string) {
	if lines == 0 {
		return
	}
	text := plural(lines, "damaged line") + " of the state file could not be read and left out"
	if backup != "" {
		text += "; a copy of the file as it was is kept in " + backup
	}
	m.warn(text)
}

// everything is what a state file needs that was removed under us.
func (m *Model) everything() []store.Op {
	return m.tracking(func(yield func(*store.Job) bool) {
		m.list.All(func(r *joblist.Row) bool { return yield(&r.Job) })
	})
}

// tracking is what a state file needs that holds neither the jobs nor, as it forgets a
// batch with its last job, their batches.
func (m *Model) tracking(all iter.Seq[*store.Job]) []store.Op {
	var ops []store.Op
	known := make(map[store.BatchID]bool)
	for j := range all {
		if b, ok := m.list.Batch(j.Batch); ok && !known[j.Batch] {
			known[j.Batch] = true
			ops = append(ops, store.SetBatch{Batch: b.Batch})
		}
		ops = append(ops, store.Track{Job: *j})
	}
	return ops
}
