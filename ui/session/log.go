package session

import (
	"context"
	"log/slog"
	"time"

	"example.com/jobwatch/poller"
	"example.com/jobwatch/poller/job"
)

// logReport logs the last poll of a job, without any text that came from the API. Reports
// are many: without a log, none is put into words.
func (s *Session) logReport(r *job.Report) {
	if !s.cfg.Log.Enabled(context.Background(), slog.LevelInfo) {
		return
	}
	took := r.Latency.Round(time.Millisecond)
	if p := r.Problem; p != nil {
		s.cfg.Log.Info("poll failed", "job", r.ID, "took", took, "kind", kindOf(p), "code", p.Code, "retryAfter", p.RetryAfter)
		return
	}
	status := string(r.Answer.Status)
	if !r.Answer.Status.Known() {
		status = "another word"
	}
	s.cfg.Log.Info("poll", "job", r.ID, "took", took, "status", status, "progress", float64(r.Answer.Progress))
}

// logHost logs how the API's state has changed.
func (s *Session) logHost(before poller.Host) {
	h := s.host
	if h.State == before.State && h.RetryAt.Equal(before.RetryAt) && h.Budget == before.Budget {
		return
	}
	state := map[poller.HostState]string{poller.Live: "live", poller.BackingOff: "backing off", poller.Paused: "paused"}[h.State]
	s.cfg.Log.Info("host", "state", state, "kind", kindOf(h.Problem), "retryAt", h.RetryAt, "rate", h.Rate, "budget", h.Budget)
}

func kindOf(p *job.Problem) string {
	if p == nil {
		return "none"
	}
	return map[job.Kind]string{
		job.NoProblem: "none", job.Rejected: "rejected", job.NotFound: "not found", job.Refused: "refused",
		job.RateLimited: "rate limited", job.Trouble: "trouble", job.Unreachable: "unreachable", job.NotAPI: "not the API",
	}[p.Kind]
}
