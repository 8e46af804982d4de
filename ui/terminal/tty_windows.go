package terminal

import (
	"os"
	"time"

	"example.com/jobwatch/poller/panics"
)

func discard(*os.File) {}

// KeepMode does nothing.
func KeepMode(*os.File) (restore func()) { return func() {} }

// Ready is always false.
func Ready(*os.File, time.Duration) bool { return false }

// HasShell is always false.
func HasShell() bool { return false }

// WatchStops does nothing.
func WatchStops(func(stop func()), func(*panics.Error)) (stopAll, end func()) {
	return func() {}, func() {}
}
