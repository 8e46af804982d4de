package poller

import "example.com/jobwatch/poller/job"

// letterGap is the least time between two updates, in seconds: 20 a second.
const letterGap = 0.05

// mailbox gathers reports until the consumer takes them. The newest report of a job
// replaces the one before, so that a consumer who never reads costs as much memory
// as there are jobs and no more. The schedule's goroutine owns it.
type mailbox struct {
	reports []job.Report
	from    []*entry // the job of each report
	host    Host
	told    Host    // in the last update
	opens   float64 // no update before it
}

func (m *mailbox) put(e *entry, r job.Report) {
	if e.letter > 0 {
		m.reports[e.letter-1] = r
		return
	}
	m.reports = append(m.reports, r)
	m.from = append(m.from, e)
	e.letter = len(m.reports)
}

// drop takes out the report of a job that was forgotten.
func (m *mailbox) drop(e *entry) {
	if e.letter == 0 {
		return
	}
	i, last := e.letter-1, len(m.reports)-1
	m.reports[i], m.from[i] = m.reports[last], m.from[last]
	m.from[i].letter = i + 1
	m.reports, m.from = m.reports[:last], m.from[:last]
	e.letter = 0
}

// ready is from when on there is an update to be sent: never if there's nothing new.
func (m *mailbox) ready() float64 {
	if len(m.reports) == 0 && !worthTelling(&m.told, &m.host) {
		return never
	}
	return m.opens
}

func (m *mailbox) update() Update { return Update{Reports: m.reports, Host: m.host} }

// sent begins anew after an update was taken. Its slice is the consumer's now; the
// next one will need about as much room.
func (m *mailbox) sent(now float64) {
	for _, e := range m.from {
		e.letter = 0
	}
	clear(m.from)
	m.reports, m.from, m.told = make([]job.Report, 0, len(m.reports)), m.from[:0], m.host
	m.opens = now + letterGap
}
