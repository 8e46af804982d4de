package notify

import (
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/windows"
)

// runGroup runs a command in a job object, which ends with the command's context or with jobwatch.
// What is left in it when the command has ended by itself goes on.
func runGroup(cmd *exec.Cmd) error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(job) }()
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	var pin runtime.Pinner // what is passed as a number may move otherwise
	pin.Pin(&limits)
	defer pin.Unpin()
	atClose := func(flags uint32) {
		limits.BasicLimitInformation.LimitFlags = flags
		_, _ = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
			uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	}
	atClose(windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)
	cmd.Cancel = func() error { return windows.TerminateJobObject(job, 1) }
	if err := cmd.Start(); err != nil {
		return err
	}
	// It has hardly begun: what it starts will be in the job object, too.
	_ = cmd.Process.WithHandle(func(handle uintptr) { _ = windows.AssignProcessToJobObject(job, windows.Handle(handle)) })
	defer atClose(0)
	return cmd.Wait()
}
