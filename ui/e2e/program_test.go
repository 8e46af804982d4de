//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// program is jobwatch with these arguments, in a home of its own.
func program(t *testing.T, home string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = []string{
		"HOME=" + home, "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "TZ=UTC",
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + t.TempDir(),
	}
	return cmd
}

// simulated is the job API, on loopback.
func simulated(t *testing.T) (*simtest.Server, string) {
	t.Helper()
	server := simtest.New(sim.WithSeed(3))
	base, stop, err := server.ListenAndServe(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return server, base
}
