package api

import "syscall"

// Winsock's numbers: package syscall's names for them are other numbers there, which
// Windows never gives.
const (
	errRefused         = syscall.Errno(10061)
	errReset           = syscall.Errno(10054)
	errAborted         = syscall.Errno(10053)
	errPipe            = syscall.Errno(109)
	errNetUnreachable  = syscall.Errno(10051)
	errHostUnreachable = syscall.Errno(10065)
)
