//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package terminal

import "os"

// Keep does nothing where there are no such modes.
func Keep(*os.File) (restore func()) { return func() {} }
