package ui

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/sanitize"
	"example.com/jobwatch/ui/style"
)

// Downloader gets PDFs, as the dashboard uses it. None of these waits.
type Downloader interface {
	Add(wants ...download.Want) int
	Cancel(ids ...job.ID)
	Events() <-chan []download.Event
}

// downloads is what is known of PDFs on their way. Those that arrived are in the
// state file (store.Job.File).
type downloads struct {
	under map[job.ID]download.Event // queued, under way or failed
	open  map[job.ID]bool           // to be opened once they are there
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
	cmds := []tea.Cmd{awaitDownloads(m.opts.Downloads.Events())}
	for _, e := range msg.events {
		switch e.State {
		case download.Saved:
			delete(m.files.under, e.ID)
			cmds = append(cmds, m.arrivedFile(e))
		case download.Canceled:
			delete(m.files.under, e.ID)
			delete(m.files.open, e.ID)
		case download.Failed:
			m.files.under[e.ID] = e
			delete(m.files.open, e.ID)
			m.warn(joined("; ", fmt.Sprintf("download of %s failed: %s", m.nameOf(e.ID), m.errorText(e.Err)), m.keys.hint("download", "tries again")))
		case download.Queued, download.Running:
			m.files.under[e.ID] = e
		}
	}
	return tea.Batch(cmds...)
}

// arrivedFile notes where a PDF is, and opens it if it was wanted for that.
func (m *Model) arrivedFile(e download.Event) tea.Cmd {
	row, ok := m.list.Row(e.ID)
	if !ok {
		return nil
	}
	record := row.Job
	record.File = e.File
	m.list.ApplyOps([]store.Op{store.Observe{Job: record}}, m.now)
	m.saves.observe(record) // takes the place of the status that may wait there
	text := "saved " + m.public(&record).File
	if e.Already {
		text = "already there: " + m.public(&record).File
	}
	m.say(style.OK, sanitize.Line(text))
	m.log.add(entry{m.now, style.OK, text})
	cmds := []tea.Cmd{m.flush()}
	if m.files.open[e.ID] {
		delete(m.files.open, e.ID)
		cmds = append(cmds, view(m.ctx, e.File))
	}
	return tea.Batch(cmds...)
}

// download fetches the PDFs of the selected jobs, else of the current one or the
// current batch's.
func (m *Model) download() {
	t := m.targets()
	wants := m.wants(t.Shown)
	switch {
	case m.opts.Downloads == nil:
		m.say(style.Warn, "there is no folder to download to")
	case len(wants) == 0:
		m.say(style.Dim, joined("; ", "nothing to download: no job here is Done", leftOut(&t)))
	default:
		n := m.opts.Downloads.Add(wants...)
		m.say(style.Text, joined("; ", "downloading "+plural(n, "PDF"), leftOut(&t)))
	}
}

// wants are the downloads of those jobs that are Done.
func (m *Model) wants(ids []job.ID) []download.Want {
	var wants []download.Want
	for _, id := range ids {
		if row, ok := m.list.Row(id); ok && row.State() == joblist.Done {
			batch, _ := m.list.Batch(row.Batch)
			wants = append(wants, download.Want{
				ID: id, Path: row.Answer.Path, Description: row.Answer.Description, Batch: batch.Name, File: row.File,
			})
		}
	}
	return wants
}

// fetchDone downloads what has just become Done, where that was asked for.
func (m *Model) fetchDone(events []joblist.Event) {
	if !m.opts.DownloadAll || m.opts.Downloads == nil {
		return
	}
	var ids []job.ID
	for _, e := range events {
		if e.Kind == joblist.JobDone {
			ids = append(ids, e.ID)
		}
	}
	m.opts.Downloads.Add(m.wants(ids)...)
}

// fetchMissing goes on, after a start, with what is Done and not on the disk.
func (m *Model) fetchMissing() {
	if !m.opts.DownloadAll || m.opts.Downloads == nil {
		return
	}
	m.opts.Downloads.Add(m.wants(m.list.Where(func(r *joblist.Row) bool {
		return r.State() == joblist.Done && r.File == ""
	}))...)
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
		m.files.open[row.ID] = true
		m.opts.Downloads.Add(m.wants([]job.ID{row.ID})...)
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

// fileNote is what a row says of its PDF; "" when there is nothing to say.
func (m *Model) fileNote(r *joblist.Row) (string, style.Role) {
	if e, ok := m.files.under[r.ID]; ok {
		switch e.State {
		case download.Queued:
			return "PDF queued", style.Dim
		case download.Running:
			if e.Got == 0 { // it may have to wait for its turn
				return "PDF asked for", style.Accent
			}
			if e.Size > 0 {
				return "PDF " + strconv.FormatInt(100*e.Got/e.Size, 10) + "%", style.Accent
			}
			return "PDF " + strconv.FormatInt(e.Got>>10, 10) + " KB", style.Accent
		case download.Failed:
			return "PDF failed: " + m.errorText(e.Err), style.Error
		case download.Saved, download.Canceled:
		}
	}
	if r.File != "" {
		return "PDF " + filepath.Base(m.public(&r.Job).File), style.Dim
	}
	return "", style.Dim
}

// nameOf is a job for a sentence: its description, else its short ID.
func (m *Model) nameOf(id job.ID) string {
	if row, ok := m.list.Row(id); ok && m.public(&row.Job).Answer.Description != "" {
		return row.Answer.Description
	}
	return id.Short()
}
