package poller

// line is the waiting jobs in the order in which they were given: a list through
// the entries themselves, so that leaving it costs the same at any length.
type line struct{ first, last *entry }

func (l *line) join(e *entry) {
	if e.lined {
		return
	}
	e.lined = true
	e.ahead, e.behind = l.last, nil
	if l.last == nil {
		l.first = e
	} else {
		l.last.behind = e
	}
	l.last = e
}

func (l *line) leave(e *entry) {
	if !e.lined {
		return
	}
	e.lined = false
	if e.ahead == nil {
		l.first = e.behind
	} else {
		e.ahead.behind = e.behind
	}
	if e.behind == nil {
		l.last = e.ahead
	} else {
		e.behind.ahead = e.ahead
	}
	e.ahead, e.behind = nil, nil
}
