//go:build !windows

package api

import "syscall"

// What the operating system says of connections, by its numbers.
const (
	errRefused         = syscall.ECONNREFUSED
	errReset           = syscall.ECONNRESET
	errAborted         = syscall.ECONNABORTED
	errPipe            = syscall.EPIPE
	errNetUnreachable  = syscall.ENETUNREACH
	errHostUnreachable = syscall.EHOSTUNREACH
)
