// Package poller asks the API for the status of the tracked jobs: each as often as it is
// worth, within a budget of requests, and with patience when the host is in trouble.
//
// One goroutine owns the schedule, a fixed set of workers makes requests, and reports leave
// in updates, at most 20 a second.
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
//     to start are a class of their own, for a queue that starts jobs in order.
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
// BenchmarkPolicy prints what it reaches. Tried and rejected in simulation: stretching
// intervals under load, jitter on waiting jobs, additive probing, extrapolating a first
// progress in full, exponential back-off (1.2 to 2.4 times the delay), and intervals in
// proportion to age (1.6 to 4.7 times).
package poller
