//go:build unix

package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/jobwatch/poller/job"
)

// spent is what a tool took, its children included.
type spent struct {
	cpu    time.Duration
	memory int64 // bytes, at most
}

// run runs a tool and tells of each job that it says has ended.
func run(ctx context.Context, command []string, ids []job.ID, ended func(job.ID)) (spent, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // one of those that main names
	home := filepath.Join(filepath.Dir(command[0]), "home")     // nobody's: all settings are the defaults
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home)
	var text strings.Builder
	for _, id := range ids {
		text.WriteString(id.String() + "\n")
	}
	cmd.Stdin = strings.NewReader(text.String())
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // by which its children are known
	out, err := cmd.StdoutPipe()
	if err != nil {
		return spent{}, err
	}
	if err := cmd.Start(); err != nil {
		return spent{}, err
	}
	over := make(chan struct{})
	peak := make(chan int64)
	go func() { peak <- watchMemory(cmd.Process.Pid, over) }()
	listen(out, ended)
	err = cmd.Wait()
	close(over)
	s := spent{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), memory: <-peak}
	if cmd.ProcessState.ExitCode() == 1 { // some jobs failed
		err = nil
	}
	return s, err
}

// listen reads lines in which a job's ID and its last status stand somewhere, be it
// in JSON.
func listen(out io.Reader, ended func(job.ID)) {
	last := regexp.MustCompile(`([0-9a-f-]{36})(?: |".*"status":")(?:Done|Error)\b`)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := last.FindStringSubmatch(lines.Text()); found != nil {
			if id, err := job.Parse(found[1]); err == nil {
				ended(id)
			}
		}
	}
}

// watchMemory looks ten times a second how much a process and its children take
// together, shared pages shared out among them, and returns the most that it saw.
func watchMemory(group int, over <-chan struct{}) (peak int64) {
	for tick := time.Tick(100 * time.Millisecond); ; {
		select {
		case <-over:
			return peak
		case <-tick:
			peak = max(peak, memoryOf(group))
		}
	}
}

// memoryOf is the proportional set size (PSS) of a process group, in bytes.
func memoryOf(group int) (sum int64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is right
	for _, name := range stats {
		stat, err := os.ReadFile(name) //nolint:gosec // in /proc
		if err != nil {
			continue // it has ended
		}
		// After the command's name in parentheses: state, parent, process group.
		_, after, _ := strings.Cut(string(stat), ") ")
		if fields := strings.Fields(after); len(fields) < 3 || fields[2] != strconv.Itoa(group) {
			continue
		}
		rollup, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "smaps_rollup"))
		_, after, _ = strings.Cut(string(rollup), "\nPss:")
		if fields := strings.Fields(after); len(fields) > 0 {
			kib, _ := strconv.ParseInt(fields[0], 10, 64)
			sum += kib << 10
		}
	}
	return sum
}
