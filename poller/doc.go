// Package poller asks the API for the status of the tracked jobs: in the background, each
// as often as it is worth, within a budget of requests, and with patience when the host is
// in trouble.
//
// One goroutine owns the schedule. A fixed set of workers makes the requests, and reports
// leave in updates, at most 20 a second. The schedule itself knows no clock and no network,
// so that simulations run the same code.
//
// # The policy
//
// Poll a job once the expected staleness since its last answer outweighs the cost of a
// request (after Barlow, Hunter and Proschan 1963, and Keller 1974, on inspection). If the
// chance that something happened within u seconds grows like (u/T)^k, that is after
//
//	tau = ((k+1) · λ · T^k)^(1/(k+1))
//
// where λ is the delay, in seconds, that one request is worth. For each kind of job the
// policy says how far away the next event is (T) and how surely it does not come before
// (k):
//
//   - Waiting: k = 2 and T = sqrt(2 · w · m). m is the mean run time, a censored estimate:
//     the run time seen over all jobs, those that still run included, divided by the
//     finishes seen. w is the mean wait of the job's class: jobs beside one that was seen
//     to start are a class of their own, for a queue that starts jobs in order. Nothing
//     depends on it; it makes such queues cheap.
//   - Running with a progress p of known speed v in steps of q: T is the time that the bar
//     needs to the end, k = 1.5 (1-p)/q, between 1 and 4.
//   - Running with a progress seen once: T = 0.7 times what it promises, k = 1.5.
//   - Otherwise, and when the bar stalls: k = 1 and T = 0.6 (age + m), as durations with a
//     heavy tail have it.
//
// Around it, the schedule hears from every live job once a minute, keeps the rows on the
// screen fresh (2 s, or as the budget allows), and probes a few jobs of a new batch at
// once. A job that fails is tried again after a random part of 2, 4, 8, up to 60 s. A host
// that fails as a whole is left alone for as long as it asks for, or a random part of 2 to
// 30 s, then gets one probe; the rate halves and grows back within 20 s.
//
// # Figures
//
// go test -run '^$' -bench Policy -benchtime 1x prints the tables. Mean delay from a job's
// end to its report, as a share of what the best fixed interval has with equally many
// requests (1,000 jobs, no cap): 0.39 when all jobs start at once, 0.37 when each waits for
// itself, 0.05 first in, first out. With 10 requests a second and a queue it is 0.95 s,
// where a fixed interval of 3 s has 26 s. Where every job runs at once and the budget is
// too small, round robin is about optimal, and the policy is no worse (at most 1.01 times).
// A fixed interval keeps the better 99th percentile by construction: 3.1 s for 3 s, against
// 3.3 to 3.8 s.
//
// Tried and rejected in simulation: stretching intervals under load, jitter on waiting
// jobs, additive probing, extrapolating a first progress in full, exponential back-off
// (1.2 to 2.4 times the delay), and intervals in proportion to age (1.6 to 4.7 times). A hazard learnt by
// age helps odd distributions and does nothing for lognormal ones.
package poller
