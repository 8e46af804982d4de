// Package sim is the job API, simulated: a workload of jobs whose lives are known
// in advance, and one http.Handler that answers for them as the real service
// would (see package api), with whatever faults are wanted. The demo, the loopback tests,
// the tests on a fake clock and the benchmarks all run against it.
package sim
