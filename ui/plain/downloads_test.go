package plain

import (
	"bytes"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// withPDFs has PDFs saved into a folder by the real downloads from a simulated API.
func (s *stage) withPDFs() (server *simtest.Server, folder string) {
	s.t.Helper()
	server, folder = s.withAPI(), s.t.TempDir()
	s.cfg.Batch = "b"
	s.downloadsTo(folder)
	return server, folder
}

func (s *stage) downloadsTo(folder string) {
	d := download.New(s.client, nil, folder, download.DefaultMaxBytes)
	s.runs(d.Run)
	s.cfg.Session.Downloads, s.cfg.Session.DownloadAll = d, true
}

// again is the program's next run: the same state file and API.
func (s *stage) again(folder string) *stage {
	s.t.Helper()
	next := &stage{t: s.t, path: s.path, client: s.client, done: make(chan struct{})}
	next.open()
	next.cfg.Batch, next.cfg.Updates, next.cfg.Session = s.cfg.Batch, s.cfg.Updates, session.Config{Poller: s.cfg.Session.Poller}
	next.downloadsTo(folder)
	return next
}

// document is a job that is Done after so long.
func document(description string, after time.Duration) sim.Job {
	life := sim.Life{End: after}
	life.Work, life.Duration = after, after
	return sim.Job{Life: life, Description: description, Chapters: 1}
}

func wantFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	top, _ := fs.Glob(os.DirFS(folder), "*.*") // a batch's folder has no dot
	got, _ := fs.Glob(os.DirFS(folder), "*/*")
	if got = append(top, got...); !slices.Equal(got, names) {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

// counted counts the requests for a route.
func counted(n *atomic.Int32, route simtest.Route) simtest.Fault {
	return simtest.On(route, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		n.Add(1)
		next(w, r)
	})
}

// A fault that stays: the run fails and says why, nothing of the file is left, and
// the next run gets what is missing, and only that.
func TestARunGoesOnWithThePDFsThatAreMissing(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		server, folder := s.withPDFs()
		ids := server.Add(document("Agenda", time.Second), document("Hiring \u202eplan", time.Minute))
		agenda, plan, short := filepath.Join(folder, "b", "Agenda.pdf"), filepath.Join(folder, "b", "Hiring plan.pdf"), ids[1].Short()
		var asked atomic.Int32
		server.Break(simtest.Only(ids[1], counted(&asked, simtest.FilePage)), simtest.Only(ids[1], simtest.CutShort()))
		s.start(ids...)
		time.Sleep(20 * time.Second) //nolint:forbidigo // the fake clock of synctest
		if text, err := os.ReadFile(agenda); err != nil || !bytes.Equal(text, sim.PDF("Agenda")) || s.saved()[ids[0]].File != agenda {
			t.Errorf("the first is not saved the moment that it is Done: %v, %+v", err, s.saved()[ids[0]])
		}
		const reason = "the file came cut short: nothing was saved; try again"
		s.ends(3, "…", "jobwatch: 1 of 2 PDFs could not be saved; the same command tries again:\n  "+short+": "+reason+" (Hiring plan)\n")
		if out := s.out.String(); !strings.Contains(out, "  saved "+agenda+"\n") || !strings.Contains(out, "  "+short+"  PDF failed: "+reason+"\n") {
			t.Errorf("it is not told:\n%s", out)
		}
		if asked.Load() != 3 { // as long as that may help
			t.Errorf("it was tried %d times", asked.Load())
		}
		wantFiles(t, folder, "b/Agenda.pdf")

		asked.Store(0)
		server.Break(counted(&asked, simtest.FilePage)) // all files', and no fault
		runs := func(jobs []job.ID, told ...string) {
			t.Helper()
			next := s.again(folder)
			next.start(jobs...)
			next.ends(0, "…", "")
			for _, line := range told {
				if !strings.Contains(next.out.String(), line+"\n") {
					t.Errorf("%q is missing in\n%s", line, next.out.String())
				}
			}
			if asked.Load() != 1 {
				t.Errorf("%d files were asked for", asked.Load())
			}
		}
		runs(nil, short+"  saved "+plan)
		runs(ids, ids[0].Short()+"  already there: "+agenda, short+"  already there: "+plan)
		wantFiles(t, folder, "b/Agenda.pdf", "b/Hiring plan.pdf")
	})
}

// What is refused for where it leads to leads there half a minute later, too.
func TestALinkIntoThePrivateNetworkIsTriedOnce(t *testing.T) {
	for name, fault := range map[string]simtest.Fault{
		"named by the API": simtest.OutputURL("http://192.168.0.1/agenda.pdf"),
		"by a redirect":    simtest.On(simtest.FilePage, simtest.Redirect(http.StatusFound, "http://192.168.0.1/agenda.pdf")),
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				server, _ := s.withPDFs()
				var asked atomic.Int32
				server.Break(counted(&asked, simtest.OutputPage), fault)
				s.start(server.Add(document("Agenda", time.Second))[0])
				s.ends(3, "…", "…")
				if asked.Load() != 1 || !strings.Contains(s.err.String(), "private network") {
					t.Errorf("after %d tries: %s", asked.Load(), s.err.String())
				}
			})
		})
	}
}

// An output need not be there yet when its job is Done.
func TestAnOutageOfAMinuteCostsNoPDF(t *testing.T) {
	for name, fault := range map[string]simtest.Fault{
		"429": simtest.TooMany("9"), "503": simtest.Unavailable("9"), "403": simtest.Forbidden(""), "404": simtest.Trouble(404), "500": simtest.Trouble(500),
		"a page": simtest.CaptivePortal(), "no answer": simtest.Hangup(),
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				server, folder := s.withPDFs()
				id, now := server.Add(document("Agenda", time.Second))[0], time.Now()
				away := func(route simtest.Route, until time.Duration, f simtest.Fault) simtest.Fault {
					return simtest.On(route, server.During(now, now.Add(until), f))
				}
				server.Break(away(simtest.OutputPage, 20*time.Second, fault), away(simtest.FilePage, 50*time.Second, simtest.Unavailable("")))
				s.start(id)
				s.ends(0, "…", "")
				wantFiles(t, folder, "b/Agenda.pdf")
				if strings.Contains(s.out.String(), "failed") {
					t.Error(s.out.String())
				}
			})
		})
	}
}

func TestAProgramReadsWhereThePDFsAre(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		server, folder := s.withPDFs()
		s.cfg.JSON = true
		ids := server.Add(document("Agenda", time.Second), document("Hiring plan", time.Second))
		server.Break(simtest.Only(ids[1], simtest.NotPDF()))
		s.start(ids...)
		s.wait()
		told := map[string][]string{}
		for _, o := range s.objects() {
			if text(o.Status) == string(job.Done) {
				noFile, _, _ := strings.Cut(text(o.NoFile), " (")
				told[o.ID] = append(told[o.ID], text(o.File)+" "+noFile)
			}
		}
		path := filepath.Join(folder, "b", "Agenda.pdf")
		want(t, "the saved one", strings.Join(told[ids[0].String()], "; "), "null null; "+path+" null")
		want(t, "the failed one", strings.Join(told[ids[1].String()], "; "), "null null; null what came is not a PDF")
	})
}

func TestOneLookGetsWhatIsDone(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		server, folder := s.withPDFs()
		s.cfg.Once = true
		ids := server.Add(document("Agenda", time.Second), document("Hiring plan", time.Hour))
		time.Sleep(time.Minute) //nolint:forbidigo // the fake clock of synctest
		s.start(ids...)
		s.ends(8, "…", "…")
		if !strings.Contains(s.out.String(), "Agenda; saved "+filepath.Join(folder, "b", "Agenda.pdf")+"\n") {
			t.Errorf("%s%s", s.out.String(), s.err.String())
		}
	})
}

// A download hangs, and another waits for its next try. A job that another jobwatch removes
// leaves nothing on the disk.
func TestADownloadThatIsGivenUpLeavesNoLitter(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		server, folder := s.withPDFs()
		ids := server.Add(document("Agenda", time.Second), document("Plan", time.Second), document("Risks", time.Hour))
		began := make(chan struct{})
		server.Break(simtest.Only(ids[0], simtest.On(simtest.FilePage, simtest.Unavailable(""))), simtest.Only(ids[1], simtest.HeldFile(began)))
		s.start(ids...)
		<-began
		time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
		s.others(store.Forget{ID: ids[1]})
		time.Sleep(2 * time.Hour) //nolint:forbidigo // the fake clock of synctest
		begun := time.Now()
		s.ends(1, "…", "…")
		if took := time.Since(begun); took > time.Second {
			t.Errorf("it took %v to end", took)
		}
		if got := s.err.String(); !strings.HasPrefix(got, "jobwatch: 1 of 3 jobs is not Done:\n  "+ids[1].Short()+
			" removed: another jobwatch or program took it out of the state file (Plan)\n"+
			"jobwatch: 1 of 2 PDFs could not be saved; the same command tries again:\n") {
			t.Error(got)
		}
		if j, there := s.saved()[ids[1]]; there {
			t.Errorf("saved is %+v", j)
		}
		wantFiles(t, folder, "b/Risks.pdf")
	})
}

// What stops under us, as after a bug, is no end of the jobs.
func TestWhatStopsIsNoSuccess(t *testing.T) {
	for _, stops := range []func(*stage){
		func(s *stage) { close(s.feed.updates) },
		func(s *stage) { s.cfg.Session.Downloads = stopped{} },
	} {
		play(t, func(t *testing.T, s *stage) {
			stops(s)
			s.start(jobID(1))
			<-s.done
			s.cancel()
			if s.failed == nil || s.exit != 70 {
				t.Errorf("%d, %v", s.exit, s.failed)
			}
		})
	}
}

type stopped struct{}

func (stopped) Add(...download.Want) {}
func (stopped) Cancel(...job.ID)     {}
func (stopped) Events() <-chan []download.Event {
	events := make(chan []download.Event)
	close(events)
	return events
}
