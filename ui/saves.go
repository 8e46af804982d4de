package ui

import (
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/style"
)

// saves gathers what has to reach the state file. One save is in flight at a
// time: Bubble Tea runs commands concurrently, and two saves could swap. What a
// failed save held is kept and tried again, so that a full disk loses nothing
// as long as jobwatch runs.
type saves struct {
	urgent   []store.Op            // in the order they happened: tracking, forgetting, naming
	statuses map[job.ID]store.Job  // the newest of each job; may wait for up to a second
	then     []func(error) tea.Cmd // told when the urgent ones are on the disk, or failed
	busy     bool
	flying   flight
	dues     int   // the number of the newest saveDueMsg asked for
	err      error // of the last save; nil when everything up to it is on the disk
}

// add queues changes that somebody waits for.
func (s *saves) add(then func(error) tea.Cmd, ops ...store.Op) {
	s.urgent = append(s.urgent, ops...)
	if then != nil {
		s.then = append(s.then, then)
	}
}

// observe queues a job's newest state.
func (s *saves) observe(jobs ...store.Job) {
	if s.statuses == nil {
		s.statuses = make(map[job.ID]store.Job)
	}
	for i := range jobs {
		s.statuses[jobs[i].ID] = jobs[i]
	}
}

// empty reports whether nothing waits to be saved.
func (s *saves) empty() bool { return len(s.urgent) == 0 && len(s.statuses) == 0 }

// unacknowledged are the changes that may not be on the disk yet, in their order.
func (s *saves) unacknowledged() []store.Op {
	ops := slices.Concat(s.flying.urgent, s.urgent)
	for _, statuses := range []map[job.ID]store.Job{s.flying.statuses, s.statuses} {
		for _, j := range statuses {
			ops = append(ops, store.Observe{Job: j})
		}
	}
	return ops
}

// flight is one save on its way.
type flight struct {
	urgent   []store.Op
	statuses map[job.ID]store.Job
	then     []func(error) tea.Cmd
}

// ops are a flight's changes in an order that replays right: a status of a job
// follows its tracking, and one of a forgotten job does nothing.
func (f flight) ops() []store.Op {
	ops := make([]store.Op, 0, len(f.urgent)+len(f.statuses))
	ops = append(ops, f.urgent...)
	for _, j := range f.statuses {
		ops = append(ops, store.Observe{Job: j})
	}
	return ops
}

// take hands out all that waits as one flight. Only one may be under way.
func (s *saves) take() flight {
	f := flight{s.urgent, s.statuses, s.then}
	s.urgent, s.statuses, s.then = nil, nil, nil
	s.busy, s.flying = true, f
	return f
}

// landed ends a flight. What failed goes back before what came meanwhile.
func (s *saves) landed(f flight, err error) {
	s.busy, s.flying, s.err = false, flight{}, err
	if err == nil {
		return
	}
	s.urgent = append(f.urgent, s.urgent...)
	newer := s.statuses
	s.statuses = f.statuses
	for _, j := range newer {
		s.observe(j)
	}
}

// record has what is known of jobs saved, soon.
func (m *Model) record(known []store.Job) tea.Cmd {
	waiting := m.saves.busy || !m.saves.empty()
	m.saves.observe(known...)
	if waiting || m.saves.empty() {
		return nil
	}
	return m.saveLater(statusDelay)
}

// flush starts the one save, unless one is under way or nothing waits.
func (m *Model) flush() tea.Cmd {
	if m.saves.busy || m.saves.empty() || m.journal == nil {
		return nil
	}
	return save(m.ctx, m.journal, m.saves.take())
}

// saveLater has what waits saved after a while.
func (m *Model) saveLater(d time.Duration) tea.Cmd {
	m.saves.dues++
	return saveAfter(d, m.saves.dues)
}

// saved ends the save in flight and starts the next.
func (m *Model) saved(msg savedMsg) tea.Cmd {
	failing := m.saves.err != nil
	m.saves.landed(msg.flight, msg.err)
	var cmds []tea.Cmd
	for _, then := range msg.flight.then {
		cmds = append(cmds, then(msg.err))
	}
	switch {
	case msg.err != nil:
		if !failing {
			m.warn(msg.err.Error() + "; jobwatch goes on watching and tries again")
		}
		cmds = append(cmds, m.saveLater(retryDelay))
	case failing:
		m.say(style.OK, "changes are saved again")
	}
	if msg.err == nil {
		if len(m.saves.urgent) > 0 {
			cmds = append(cmds, m.flush())
		} else if !m.saves.empty() {
			cmds = append(cmds, m.saveLater(statusDelay))
		}
	}
	return tea.Batch(cmds...)
}
