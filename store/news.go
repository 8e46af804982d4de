package store

import "example.com/jobwatch/poller/job"

// News is what other processes changed in the state file. Whoever shows it applies
// it, and then once more those own changes that [Store.Append] has not acknowledged
// yet: they come later in the file.
type News struct {
	Ops     []Op      // in the order of the file
	Reset   *Contents // the whole new truth, own changes included, when the file was replaced or cut short
	Damaged int       // lines that were skipped, in whole or in part
	Lost    bool      // the file was removed or emptied: Append all jobs and batches again to keep them
	Warning Warning   // its Kind is 0 when there is none
}

// maxWaiting bounds the ops that wait for Next. Whoever asks that late is told the
// whole truth anew.
const maxWaiting = 10_000

// news is what Next has yet to tell.
type news struct {
	News
	reload bool // read the whole file for Reset
}

func (n *news) add(op Op) {
	if op == nil || n.reload {
		return
	}
	if n.Ops = append(n.Ops, op); len(n.Ops) > maxWaiting {
		n.again()
	}
}

// again asks for the whole truth, which makes single ops needless.
func (n *news) again() {
	n.reload = true
	n.Ops = nil
}

// lose tells that all is gone from the file, also what was to be read anew: whoever
// shows the jobs still has them.
func (n *news) lose(path string) {
	n.reload = false
	n.Lost = true
	n.Warning = Warning{Replaced, path + " was removed or emptied: it will be written anew"}
}

func (n *news) any() bool {
	return n.reload || n.Reset != nil || n.Lost || len(n.Ops) > 0 || n.Damaged > 0 || n.Warning.Kind != 0
}

// settle takes into account that own ops were written behind the ones that wait to
// be told. Whoever asked for the own ones shows them already, so what they replace
// must not be told any more; in the rare cases that this can't settle, such as one
// job tracked on both sides at once, the whole truth is told instead.
func (n *news) settle(own []Op) {
	if len(n.Ops) == 0 {
		return
	}
	touched, tracked := make(map[job.ID]bool), make(map[job.ID]bool)
	batches := make(map[BatchID]bool)
	for _, op := range own {
		switch op := op.(type) {
		case Track:
			touched[op.Job.ID], tracked[op.Job.ID] = true, true
		case Observe:
			touched[op.Job.ID] = true
		case Forget:
			touched[op.ID] = true
		case SetBatch:
			batches[op.Batch.ID] = true
		}
	}
	keep := n.Ops[:0]
	for _, op := range n.Ops {
		tell, settled := true, true
		switch op := op.(type) {
		case SetBatch:
			tell = !batches[op.Batch.ID]
		case Observe:
			tell, settled = !touched[op.Job.ID], !tracked[op.Job.ID]
		case Forget:
			settled = !tracked[op.ID]
		case Track:
			settled = !touched[op.Job.ID]
		}
		if !settled {
			n.again()
			return
		}
		if tell {
			keep = append(keep, op)
		}
	}
	n.Ops = keep
}
