package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/export"
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

// fetchedMsg is how downloads have changed since the last one.
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

// done returns the targets that have a PDF, and what an action on them leaves out.
func (m *Model) done() (done []*session.Record, left string) {
	t := m.targets()
	for _, id := range t.Shown {
		if r, ok := m.session.Record(id); ok && r.End == job.EndedDone {
			done = append(done, r)
		}
	}
	return done, leftOut(&t)
}

const noFolder = "there is no folder to download to"

// noDownload says that there is no PDF to download.
func noDownload(m *Model) string {
	if m.opts.Downloads == nil {
		return noFolder
	}
	if done, left := m.done(); len(done) == 0 {
		return style.Joined("; ", "nothing to download: no job here is Done", left)
	}
	return ""
}

// download downloads the PDFs of the targets.
func (m *Model) download() {
	done, left := m.done()
	m.say(style.Text, style.Joined("; ", "downloading "+style.Plural(m.session.Fetch(done...), "PDF"), left))
}

// noPDF says that the current row has no PDF to open.
func noPDF(m *Model) string {
	switch row, _ := m.list.Current(); {
	case row == nil:
		return "nothing to open: select a job"
	case row.State() != joblist.Done:
		return "nothing to open: the job is not Done"
	case m.opts.Downloads == nil:
		return noFolder
	}
	return ""
}

// openPDF shows the current job's PDF in the system's viewer, and downloads it first if it is
// not on the disk yet, or no more. The signed link is never given to another program: all
// users can list a process's arguments.
func (m *Model) openPDF() {
	row, _ := m.list.Current()
	m.work.opening[row.ID] = true
	m.session.Fetch(row.Record)
	m.say(style.Text, "opening the PDF of "+row.ShortID())
}

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
			return saidMsg{style.Warn, fmt.Sprintf("the system's viewer could not be started: %v", err)}
		}
		return nil
	}
}

// path returns where the current job's PDF is, on the disk or at the API, and what that is.
func (m *Model) path() (text, what string) {
	row, _ := m.list.Current()
	switch {
	case row == nil:
		return "", ""
	case row.File != "":
		return row.File, "the path of " + row.ShortID() + "'s PDF"
	case row.Answer.Path != "":
		return m.opts.OutputURL(row.Answer.Path), "the output's URL of " + row.ShortID()
	}
	return "", ""
}

// noPath says that the current row has no path to copy.
func noPath(m *Model) string {
	if row, _ := m.list.Current(); row == nil {
		return "nothing to copy: select a job"
	}
	if text, _ := m.path(); text == "" {
		return "nothing to copy: the job has no output yet"
	}
	return ""
}

// copyPath copies where the current job's PDF is: not the signed link, which is a secret.
func (m *Model) copyPath() tea.Cmd {
	text, what := m.path()
	return m.copyText(text, what, "")
}

// export writes the jobs that the filter shows to a file, in the format of its extension.
func (m *Model) export(name string) tea.Cmd {
	var rows []export.Row
	m.list.Matching(func(r *joblist.Row) bool {
		batch, _ := m.list.Batch(r.Batch)
		rows = append(rows, exportRow(m.session.Public(&r.Job), r.Progress(), batch.Name, m.opts.Session.Redact))
		return true
	})
	return func() tea.Msg {
		path, err := export.File(name, rows)
		return exported(cmp.Or(path, name), len(rows), err)
	}
}

func exportRow(j store.Job, p job.Progress, batch string, redact bool) export.Row {
	row := export.Row{
		ID: j.ID.String(), Batch: batch, Status: string(j.Answer.Status), Progress: float64(p),
		Description: j.Answer.Description, Message: j.Answer.Meta, Path: j.Answer.Path, File: j.File,
		Added: j.Added, Started: j.Started, Ended: j.Ended,
	}
	if j.End.Finished() && j.End != job.EndedDone {
		row.Error = session.Cause(&j)
	}
	if redact {
		row.ID, row.Path, row.File = j.ID.Short(), "", "" // useless in part
	}
	return row
}

// saveIDs writes IDs to a file, a line each.
func saveIDs(name string, ids []job.ID) tea.Cmd {
	return func() tea.Msg {
		path, err := export.Text(name, []byte(joinIDs(ids)+"\n"))
		return exported(cmp.Or(path, name), len(ids), err)
	}
}

// exported says whether jobs were written to a file.
func exported(name string, jobs int, err error) saidMsg {
	switch {
	case errors.Is(err, export.ErrExists):
		return saidMsg{style.Warn, name + " is there already and was left alone: choose another name"}
	case err != nil:
		return saidMsg{style.Warn, fmt.Sprintf("nothing was exported: %v", err)}
	}
	return saidMsg{style.OK, fmt.Sprintf("wrote %s to %s", style.Plural(jobs, "job"), name)}
}
