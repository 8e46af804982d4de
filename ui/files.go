package ui

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/export"
	"example.com/jobwatch/ui/joblist"
	"example.com/jobwatch/ui/prompt"
	"example.com/jobwatch/ui/session"
	"example.com/jobwatch/ui/style"
)

const noFolder = "there is no folder to download to"

// download downloads the PDFs of the targets that have one.
func (m *Model) download() {
	t := m.targets()
	done := slices.DeleteFunc(m.session.Find(t.Shown), func(r *session.Record) bool { return r.End != job.EndedDone })
	switch {
	case m.opts.Session.Downloads == nil:
		m.say(style.Dim, noFolder)
	case len(done) == 0:
		m.say(style.Dim, style.Joined("; ", "nothing to download: no job here is Done", leftOut(&t)))
	default:
		m.say(style.Text, style.Joined("; ", "downloading "+style.Plural(m.session.Fetch(done...), "PDF"), leftOut(&t)))
	}
}

// openPDF shows the current job's PDF in the system's viewer, once it is on the disk. The
// signed link is never given to another program: all users can list a process's arguments.
func (m *Model) openPDF() {
	switch row, _ := m.list.Current(); {
	case row == nil:
		m.say(style.Dim, "nothing to open: select a job")
	case row.State() != joblist.Done:
		m.say(style.Dim, "nothing to open: the job is not Done")
	case m.opts.Session.Downloads == nil:
		m.say(style.Dim, noFolder)
	default:
		m.opening[row.ID] = true
		m.session.Fetch(row.Record)
		m.say(style.Text, "opening the PDF of "+row.ShortID())
	}
}

// view opens a file with the system's viewer.
func (m *Model) view(file string) {
	command := map[string][]string{
		"darwin":  {"open"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if command == nil {
		command = []string{"xdg-open"}
	}
	command = append(command, file)
	m.tell(func() (style.Role, string) {
		cmd := exec.CommandContext(m.ctx, command[0], command[1:]...)
		cmd.Cancel = func() error { return nil } // it is the user's, and outlives jobwatch
		if err := cmd.Run(); err != nil {
			return style.Warn, fmt.Sprintf("the system's viewer could not be started: %v", err)
		}
		return style.OK, ""
	})
}

// copyPath copies where the current job's PDF is, on the disk or at the API: not the signed
// link, which is a secret.
func (m *Model) copyPath() {
	switch row, _ := m.list.Current(); {
	case row == nil:
		m.say(style.Dim, "nothing to copy: select a job")
	case row.File != "":
		m.copyText(row.File, "the path of "+row.ShortID()+"'s PDF", "")
	case row.Answer.Path != "" && m.opts.OutputURL(row.Answer.Path) != "":
		m.copyText(m.opts.OutputURL(row.Answer.Path), "the output's URL of "+row.ShortID(), "")
	default:
		m.say(style.Dim, "nothing to copy: the job has no output yet")
	}
}

// askExport asks for the file for the jobs that the filter shows, or for the IDs of the
// current cause of failures.
func (m *Model) askExport() {
	if m.screen == listScreen {
		m.prompt.Ask(prompt.Text{
			Label: func() string { return "export " + style.Plural(m.list.Matched(), "job") + " to (.csv, .json or .md): " },
			Begin: "jobs.csv", Enter: m.exportJobs,
		})
		return
	}
	if ids := m.failures.current().Jobs; len(ids) > 0 {
		m.prompt.Ask(prompt.Text{
			Label: label("save " + style.Plural(len(ids), "ID") + " of this cause to: "), Begin: "failed.txt",
			Enter: func(name string) {
				m.export(name, len(ids), func() (string, error) { return export.Text(name, []byte(joinIDs(ids)+"\n")) })
			},
		})
	}
}

// exportJobs writes the jobs that the filter shows to a file, in the format of its extension.
func (m *Model) exportJobs(name string) {
	var rows []export.Row
	for _, r := range m.list.Matching() {
		batch, _ := m.list.Batch(r.Batch)
		j := m.session.Public(&r.Job)
		row := export.Row{
			ID: j.ID.String(), Batch: batch.Name, Status: string(j.Answer.Status), Progress: float64(r.Progress()),
			Description: j.Answer.Description, Message: j.Answer.Meta, Path: j.Answer.Path, File: j.File,
			Added: j.Added, Started: j.Started, Ended: j.Ended,
		}
		if j.End.Finished() && j.End != job.EndedDone {
			row.Error = session.Cause(&j)
		}
		if m.opts.Session.Redact {
			row.ID, row.Path, row.File = j.ID.Short(), "", "" // useless in part
		}
		rows = append(rows, row)
	}
	m.export(name, len(rows), func() (string, error) { return export.File(name, rows) })
}

// export writes jobs to a file, and says whether it did.
func (m *Model) export(name string, jobs int, write func() (path string, err error)) {
	m.tell(func() (style.Role, string) {
		path, err := write()
		name := cmp.Or(path, name)
		switch {
		case errors.Is(err, export.ErrExists):
			return style.Warn, name + " is there already and was left alone: choose another name"
		case err != nil:
			return style.Warn, fmt.Sprintf("nothing was exported: %v", err)
		}
		return style.OK, fmt.Sprintf("wrote %s to %s", style.Plural(jobs, "job"), name)
	})
}
