package ui

import (
	"context"
	"os/exec"
	"runtime"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

// Downloader gets PDFs, as the dashboard uses it. None of these waits.
type Downloader interface {
	Add(wants ...download.Want) int
	Cancel(ids ...job.ID)
	Events() <-chan []download.Event
}

// fetchedMsg is what became of downloads since the last one.
type fetchedMsg struct {
	events []download.Event
	open   bool // false: downloading has stopped
}

func awaitDownloads(events <-chan []download.Event) tea.Cmd {
	return func() tea.Msg {
		e, ok := <-events
		return fetchedMsg{e, ok}
	}
}

// fetched takes in what became of downloads.
func (m *Model) fetched(msg fetchedMsg) tea.Cmd {
	if !msg.open {
		return tea.Quit // it broke, or everything ends: main tells why
	}
	m.session.Fetched(msg.events)
	return awaitDownloads(m.opts.Downloads.Events())
}

// download fetches the PDFs of the selected jobs, else of the current one or the
// current batch's.
func (m *Model) download() {
	t := m.targets()
	var done []*session.Record
	for _, id := range t.Shown {
		if r, ok := m.session.Record(id); ok && r.End == job.EndedDone {
			done = append(done, r)
		}
	}
	switch {
	case m.opts.Downloads == nil:
		m.say(style.Warn, "there is no folder to download to")
	case len(done) == 0:
		m.say(style.Dim, joined("; ", "nothing to download: no job here is Done", leftOut(&t)))
	default:
		n := m.session.Fetch(done...)
		m.say(style.Text, joined("; ", "downloading "+plural(n, "PDF"), leftOut(&t)))
	}
}

// openPDF shows the current job's PDF in the system's viewer, fetching it first
// where it is not on the disk yet. The signed link is never given to another
// program: whoever lists processes could read it.
func (m *Model) openPDF() tea.Cmd {
	row, _ := m.list.Current()
	switch {
	case row == nil:
		m.say(style.Dim, "nothing to open: this is no job's row")
	case row.State() != joblist.Done:
		m.say(style.Dim, "nothing to open: the job is not Done")
	case m.opts.Downloads == nil:
		m.say(style.Warn, "there is no folder to download to")
	default:
		// Also when it was downloaded before: it may have been deleted since, and
		// what is there already is recognised.
		m.opening[row.ID] = true
		m.session.Fetch(row.Record)
		m.say(style.Text, "opening the PDF of "+row.ShortID())
	}
	return nil
}

// viewedMsg says how opening a file went.
type viewedMsg struct{ err error }

// view opens a file with the system's viewer.
func view(ctx context.Context, file string) tea.Cmd {
	return func() tea.Msg {
		name, args := "xdg-open", []string{file}
		switch runtime.GOOS {
		case "darwin":
			name = "open"
		case "windows":
			name, args = "rundll32", []string{"url.dll,FileProtocolHandler", file}
		}
		if err := exec.CommandContext(ctx, name, args...).Run(); err != nil { //nolint:gosec // our own file, by its path
			return viewedMsg{err}
		}
		return viewedMsg{}
	}
}

// copyPath copies where the current job's PDF is, on the disk or at the API: not the
// signed link, which is no one's to keep.
func (m *Model) copyPath() tea.Cmd {
	row, _ := m.list.Current()
	if row == nil {
		m.say(style.Dim, "nothing to copy: this is no job's row")
		return nil
	}
	text, what := row.File, "the path of "+row.ShortID()+"'s PDF"
	if text == "" && row.Answer.Path != "" {
		text, what = m.opts.OutputURL(row.Answer.Path), "the output's URL of "+row.ShortID()
	}
	if text == "" {
		m.say(style.Dim, "nothing to copy: the job has no output yet")
		return nil
	}
	terminal := m.opts.Terminal
	return func() tea.Msg {
		return sentMsg{what, "copied", terminal.Copy(text)}
	}
}
