//go:build unix

package notify

import (
	"os/exec"
	"syscall"
	"time"
)

// runGroup runs a command with a process group of its own, which ends with the command's context.
// What is left of the group when the command has ended by itself goes on.
func runGroup(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		group := -cmd.Process.Pid
		_ = syscall.Kill(group, syscall.SIGTERM)
		late, look := time.After(grace), time.NewTicker(grace/100)
		defer look.Stop()
		for syscall.Kill(group, 0) == nil { // somebody is left
			select {
			case <-look.C:
			case <-late:
				return syscall.Kill(group, syscall.SIGKILL)
			}
		}
		return nil
	}
	return cmd.Run()
}
