//go:build !unix

package keyboard

import (
	"os"
	"time"
)

// ready is not known here; it decides only whether a call reads once more.
func ready(*os.File, time.Duration) bool { return false }
