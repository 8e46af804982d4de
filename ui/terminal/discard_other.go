//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly

package terminal

import "os"

// discard is for systems whose terminals can't be told to forget.
func discard(*os.File) {}
