//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package e2e

import (
	"io"
	"strings"
	"testing"

	"example.com/jobwatch/ui/term/termtest"
)

// A mail with jobs is piped in: its lines are broken, and an ID was not copied whole.
func TestIDsOutOfAMail(t *testing.T) {
	s := newStage(t)
	ids := s.jobs(4, 0)
	broken, typeset, cut := ids[1].String(), strings.ReplaceAll(ids[2].String(), "-", "\u2011"), ids[3].String()[:30]
	mail := "> " + ids[0].String() + " and\n> the job_id=3D" + broken[:20] + "=\n" + broken[20:] + "\n> " + typeset + "\n> " + cut + "\n"
	cmd := s.command("--once")
	cmd.Stdin = strings.NewReader(mail)
	out, errs, status := says(t, cmd)
	if status != 8 || strings.Count(out, "\n") != 4 || errs != "jobwatch: 1 looks like a cut-off ID on standard input; jobwatch goes on without\n" {
		t.Errorf("exit status %d: %s\n%s", status, errs, out)
	}
	cmd = s.command("--once", "-")
	cmd.Stdin = strings.NewReader(cut)
	if _, errs, status := says(t, cmd); status != 2 || errs != "jobwatch: no job IDs on standard input, but 1 looks like a cut-off ID\n" {
		t.Errorf("exit status %d: %s", status, errs)
	}
	cmd = s.command()
	cmd.Stdin = strings.NewReader(mail)
	tm := termtest.Open(s, cmd, 100, 30)
	tm.Sees("1 looks like a cut-off ID", "3/3")
	tm.Send("q")
	tm.Left(0)
}

// Standard input is a log of some 70 MB, with jobs at its end, in UTF-8 and as PowerShell
// writes it. It is read to its end.
func TestAVastStandardInput(t *testing.T) {
	s := newStage(t)
	id := s.jobs(1, 0)[0].String()
	noise := strings.Repeat("2025-11-23T10:00:00Z INFO worker 7 rendered page 12 of 40, 83 ms\n", 16<<10)
	for name, filler := range map[string]string{"UTF-8": "", "UTF-16": "\x00"} {
		encode := func(text string) string { return strings.Join(strings.Split(text, ""), filler) + filler }
		once, text := s.command("--once"), encode(noise)
		all := []io.Reader{strings.NewReader(map[string]string{"UTF-16": "\xff\xfe"}[name])}
		for range (70 << 20) / len(text) {
			all = append(all, strings.NewReader(text))
		}
		once.Stdin = io.MultiReader(append(all, strings.NewReader(encode(id)))...)
		out, errs, status := says(t, once)
		if !strings.Contains(out, id[:8]) || errs != "" {
			t.Errorf("%s: exit status %d: %s\n%s", name, status, errs, out)
		}
	}
}
