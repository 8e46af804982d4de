// Package jobview draws jobs and batches: each as a row of the list, and with all that is
// known of it in the pane or on the whole screen.
package jobview

import (
	"path/filepath"
	"strconv"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/forecast"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// View draws as of a moment.
type View struct {
	Theme    *style.Theme
	Session  *session.Session
	Forecast *forecast.Forecaster
	Now      time.Time
	Hold     func(time.Duration) // is told how long something that is drawn stays right
	Bars     Bars
	Redact   bool   // show no whole ID
	Paused   bool   // checking
	CheckKey string // the key that checks a job regardless; "" if there is none
}

// ForecastStep is how often forecasts are refreshed while nothing else happens.
const ForecastStep = 5 * time.Second

// clock notes how long a text stays right.
func (v *View) clock(text string, valid time.Duration) string {
	v.Hold(valid)
	return text
}

// facts are what is known of a job and may be shown.
type facts struct {
	store.Job
	row     *joblist.Row
	state   joblist.State
	look    style.Look
	stale   bool
	problem *job.Problem // why the last check failed; nil if it did not
}

func (v *View) facts(r *joblist.Row) *facts {
	f := &facts{Job: v.Session.Public(&r.Job), row: r, state: r.State(), problem: v.Session.PublicProblem(r.Problem, &r.Job)}
	f.look = v.Theme.Look(f.Answer.Status, f.End, f.problem)
	f.stale = r.Stale(v.Now) && !r.Answered.IsZero() // without an answer, nothing can be old
	return f
}

// about returns what there is to say of a job besides its description. In the role Error it
// says what went wrong.
func (v *View) about(f *facts) (string, style.Role) {
	e, fetched := v.Session.File(f.ID)
	switch cause := session.Cause(&f.Job); {
	case cause != "":
		return cause, style.Error
	case !fetched && f.File != "":
		return "PDF " + filepath.Base(f.File), style.Dim
	case fetched && e.State == download.Queued:
		return "PDF queued", style.Dim
	case fetched && e.State == download.Running && e.Got == 0: // it may have to wait for its turn
		return "PDF asked for", style.Accent
	case fetched && e.State == download.Running && e.Size > 0:
		return "PDF " + strconv.FormatInt(100*e.Got/e.Size, 10) + "%", style.Accent
	case fetched && e.State == download.Running:
		return "PDF " + strconv.FormatInt(e.Got>>10, 10) + " KB", style.Accent
	case fetched && e.State == download.Failed:
		return "PDF failed: " + v.Session.PublicError(e.Err), style.Error
	case f.problem != nil:
		return f.problem.Reason, style.Warn
	case f.state == joblist.Other:
		return style.UnknownStatus, style.Warn
	case !f.End.Finished():
		return f.Answer.Meta, style.Dim
	}
	return "", style.Dim
}

// Bars says as of when bars are drawn: they move on between two answers.
type Bars struct {
	at    time.Time
	still time.Time // until when the API was not asked, or did not answer
}

// beat is how often bars move, all of them at once. Twice a second, a screen of 50 takes 3 KB/s
// and 0.9 % of a core; being late adds 0.002 to the bars' error.
const beat = time.Second / 2

// Move moves the bars in view ahead of their answers. While the API is not asked or does not
// answer, they stand still, and then each until its next answer.
func (b *Bars) Move(l *joblist.List, now time.Time, silent bool) {
	if silent || b.still.After(now) { // or the clock was set back
		b.still = now
	}
	if since := now.Sub(b.at); since >= beat || since < 0 {
		b.at = now
	}
	l.Carry(b.at, b.still)
}

// holdBar notes how long a job's bar of so many cells, and its percentage, stay as they are
// drawn.
func (v *View) holdBar(f *facts, width int) {
	if at, ok := f.row.Reaches(style.Next(f.row.Drawn(), width), v.Now, v.Bars.still); ok {
		v.Hold(max(at.Sub(v.Now), v.Bars.at.Add(beat).Sub(v.Now)))
	}
}

// putBatchBar draws a batch's bar of so many cells.
func putBatchBar(l *style.Line, c *joblist.Counts, width int) {
	if c.Live() > 0 {
		l.Bar(style.Accent, job.Progress(c.Progress()), width)
	} else {
		l.Ended(c.Failed(), c.Total, width)
	}
}
