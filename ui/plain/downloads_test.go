package plain

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/jobwatch/poller/download"
	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
	"example.com/jobwatch/store"
	"example.com/jobwatch/ui/session"
)

// withDownloads has PDFs saved into a folder, by the real downloads from the API that
// withAPI gave.
func (s *stage) withDownloads(folder string) {
	s.t.Helper()
	d := download.New(s.client, nil, folder, download.DefaultMaxBytes)
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	s.cfg.Session.Downloads, s.cfg.Session.DownloadAll = d, true
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
	})
}

// again is the program's next run: the same state file and API.
func (s *stage) again() *stage {
	s.t.Helper()
	next := &stage{t: s.t, path: s.path, client: s.client, done: make(chan struct{})}
	var opened store.Opened
	next.store, opened = open(s.t, s.path)
	next.cfg = Config{
		Out: &next.out, Err: &next.err, Journal: next.store, Opened: opened, Updates: s.cfg.Updates,
		Session: session.Config{Poller: s.cfg.Session.Poller},
		Batch:   s.cfg.Batch, JSON: s.cfg.JSON,
	}
	return next
}

// document is a job that is Done after so long.
func document(description string, after time.Duration) sim.Job {
	life := sim.Life{End: after}
	life.Work, life.Duration = after, after
	return sim.Job{Life: life, Description: description, Chapters: 1}
}

// files is all that is in a folder and its folders.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	_ = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return nil // a folder that was never made is empty
	})
	slices.Sort(names)
	return names
}

func wantFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	if got := files(t, folder); !slices.Equal(got, names) {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

// counted counts the requests for files.
func counted(n *atomic.Int32) simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		n.Add(1)
		next(w, r)
	})
}

// only has a fault strike the files of one job.
func only(id job.ID, f simtest.Fault) simtest.Fault {
	return func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if strings.Contains(r.URL.Path, id.String()) {
			f(w, r, next)
		} else {
			next(w, r)
		}
	}
}

func TestEachPDFIsSavedTheMomentThatItsJobIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		folder := filepath.Join(t.TempDir(), "pdfs")
		s.withDownloads(folder)
		s.cfg.Batch = "board pack"
		ids := server.Add(document("Agenda", 5*time.Second), document("CEO letter", time.Minute))
		s.start(ids...)

		time.Sleep(20 * time.Second) //nolint:forbidigo // the fake clock of synctest
		wantFiles(t, folder, "board pack/Agenda.pdf")
		if status, _, _ := server.Truth(ids[1]); status != job.Processing || s.saved()[ids[0]].File == "" {
			t.Errorf("the other job is %s, this one saved as %+v", status, s.saved()[ids[0]])
		}
		s.wait()
		for i, d := range []string{"Agenda", "CEO letter"} {
			path := filepath.Join(folder, "board pack", d+".pdf")
			if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, sim.PDF(d)) {
				t.Errorf("%s is not what the API has: %v", path, err)
			}
			if got := s.saved()[ids[i]].File; got != path {
				t.Errorf("the state file says %q, not %q", got, path)
			}
			if !strings.Contains(s.out.String(), "  "+ids[i].Short()+"  saved "+path+"\n") {
				t.Errorf("%s is not told:\n%s", path, s.out.String())
			}
		}
		if s.result != (Result{Done: 2}) || s.result.Exit() != 0 || s.err.Len() > 0 {
			t.Errorf("%+v\n%s", s.result, s.err.String())
		}
	})
}

// A fault that stays: the run fails and says why, nothing of the file is left, and
// the next run gets what is missing, and only that.
func TestARunGoesOnWithThePDFsThatAreMissing(t *testing.T) {
	for name, c := range map[string]struct {
		fault  simtest.Fault
		reason string
		tries  int32 // as long as that may help
	}{
		"cut short": {simtest.CutShort(), "the file came cut short: nothing was saved; try again", 3},
		"not a PDF": {simtest.NotPDF(), "what came is not a PDF (a login page, perhaps): nothing was saved; try again", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				server := s.withAPI()
				folder := filepath.Join(t.TempDir(), "pdfs")
				s.withDownloads(folder)
				s.cfg.Batch = "b"
				ids := server.Add(document("Agenda", time.Second), document("Hiring \u202eplan", time.Second))
				var asked atomic.Int32
				server.Break(only(ids[1], counted(&asked)), only(ids[1], c.fault))
				s.start(ids...)
				s.wait()
				short := ids[1].Short()
				if !strings.Contains(s.out.String(), "  "+short+"  PDF failed: "+c.reason+"\n") {
					t.Errorf("it is not told:\n%s", s.out.String())
				}
				want(t, "standard error", s.err.String(),
					"jobwatch: 1 of 2 PDFs could not be saved; the same command tries again:\n"+
						"  "+short+": "+c.reason+" (Hiring plan)\n")
				if s.result != (Result{Done: 2, NotSaved: 1}) || s.result.Exit() != 1 || asked.Load() != c.tries {
					t.Errorf("%+v after %d tries", s.result, asked.Load())
				}
				wantFiles(t, folder, "b/Agenda.pdf")

				asked.Store(0)
				server.Break(counted(&asked)) // all files', and no fault
				for _, again := range []string{"without jobs", "with the same jobs"} {
					next := s.again()
					next.withDownloads(folder)
					told := []string{short + "  saved " + filepath.Join(folder, "b", "Hiring plan.pdf")}
					if again == "without jobs" {
						next.start()
					} else {
						next.start(ids...)
						told = []string{
							ids[0].Short() + "  already there: " + filepath.Join(folder, "b", "Agenda.pdf"),
							short + "  already there: " + filepath.Join(folder, "b", "Hiring plan.pdf"),
						}
					}
					next.wait()
					for _, line := range told {
						if !strings.Contains(next.out.String(), line+"\n") {
							t.Errorf("%s, %q is missing in\n%s", again, line, next.out.String())
						}
					}
					if next.result.Exit() != 0 || asked.Load() != 1 || next.err.Len() > 0 {
						t.Errorf("%s: %+v, %d files were asked for\n%s", again, next.result, asked.Load(), next.err.String())
					}
				}
				wantFiles(t, folder, "b/Agenda.pdf", "b/Hiring plan.pdf")
			})
		})
	}
}

// What is refused for where it leads to leads there half a minute later, too.
func TestALinkIntoThePrivateNetworkIsTriedOnce(t *testing.T) {
	for name, fault := range map[string]simtest.Fault{
		"named by the API": simtest.OutputURL("http://192.168.0.1/agenda.pdf"),
		"by a redirect":    simtest.On(simtest.FilePage, simtest.Redirect(http.StatusFound, "http://192.168.0.1/agenda.pdf")),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				server := s.withAPI()
				s.withDownloads(t.TempDir())
				var asked atomic.Int32
				server.Break(func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
					if route, _ := simtest.RouteOf(r); route == simtest.OutputPage {
						asked.Add(1)
					}
					next(w, r)
				}, fault)
				s.start(server.Add(document("Agenda", time.Second))[0])
				s.wait()
				if asked.Load() != 1 || s.result.Exit() != 1 || !strings.Contains(s.err.String(), "private network") {
					t.Errorf("after %d tries: %+v\n%s", asked.Load(), s.result, s.err.String())
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
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t)
				server := s.withAPI()
				folder := t.TempDir()
				s.withDownloads(folder)
				s.cfg.Batch = "b"
				id := server.Add(document("Agenda", time.Second))[0]
				now := time.Now()
				away := func(route simtest.Route, until time.Duration, f simtest.Fault) simtest.Fault {
					return simtest.On(route, server.During(now, now.Add(until), f))
				}
				server.Break(away(simtest.OutputPage, 20*time.Second, fault), away(simtest.FilePage, 50*time.Second, simtest.Unavailable("")))
				s.start(id)
				s.wait()
				wantFiles(t, folder, "b/Agenda.pdf")
				if s.result.Exit() != 0 || s.err.Len() > 0 || strings.Contains(s.out.String(), "failed") {
					t.Errorf("%+v\n%s%s", s.result, s.out.String(), s.err.String())
				}
			})
		})
	}
}

func TestAProgramReadsWhereThePDFsAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		folder := t.TempDir()
		s.withDownloads(folder)
		s.cfg.JSON, s.cfg.Batch = true, "b"
		ids := server.Add(document("Agenda", time.Second), document("Hiring plan", time.Second))
		server.Break(only(ids[1], simtest.NotPDF()))
		s.start(ids...)
		s.wait()
		type pdf struct{ File, NoFile string }
		told := map[string][]pdf{}
		for dec := json.NewDecoder(&s.out); ; {
			var o object
			err := dec.Decode(&o)
			if err == io.EOF {
				break
			}
			if err != nil || o.Error != nil {
				t.Fatalf("%+v, %v", o, err)
			}
			if o.Status == nil || *o.Status != string(job.Done) {
				continue
			}
			var p pdf
			if o.File != nil {
				p.File = *o.File
			}
			if o.NoFile != nil {
				p.NoFile = *o.NoFile
			}
			told[o.ID] = append(told[o.ID], p)
		}
		if got := told[ids[0].String()]; len(got) != 2 || got[0] != (pdf{}) || got[1] != (pdf{File: filepath.Join(folder, "b", "Agenda.pdf")}) {
			t.Errorf("the saved one: %+v", got)
		}
		if got := told[ids[1].String()]; len(got) != 2 || got[0] != (pdf{}) || got[1].File != "" || !strings.Contains(got[1].NoFile, "not a PDF") {
			t.Errorf("the failed one: %+v", got)
		}
		if s.result.Exit() != 1 || !strings.Contains(s.err.String(), "not a PDF") {
			t.Errorf("%+v\n%s", s.result, s.err.String())
		}
	})
}

func TestOneLookGetsWhatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		folder := t.TempDir()
		s.withDownloads(folder)
		s.cfg.Once, s.cfg.Batch = true, "b"
		ids := server.Add(document("Agenda", time.Second), document("Hiring plan", time.Hour))
		time.Sleep(time.Minute) //nolint:forbidigo // the fake clock of synctest
		s.start(ids...)
		s.wait()
		if s.result.Exit() != 8 || !strings.Contains(s.out.String(), "Agenda; saved "+filepath.Join(folder, "b", "Agenda.pdf")+"\n") {
			t.Errorf("%+v\n%s%s", s.result, s.out.String(), s.err.String())
		}
	})
}

// held sends the beginning of a file, and then nothing.
func held(began chan<- struct{}) simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, "%PDF-1.4\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case began <- struct{}{}:
		case <-r.Context().Done():
		}
		<-r.Context().Done()
	})
}

func TestAnInterruptedDownloadLeavesNoLitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		folder := t.TempDir()
		s.withDownloads(folder)
		s.cfg.Batch = "b"
		ids := server.Add(document("Agenda", time.Second), document("Hiring plan", time.Second), document("Risks", time.Hour))
		began := make(chan struct{})
		server.Break(only(ids[0], simtest.On(simtest.FilePage, simtest.Unavailable(""))), held(began)) // one fails and waits, one hangs
		s.start(ids...)
		<-began
		time.Sleep(time.Second) //nolint:forbidigo // the fake clock of synctest
		if got := files(t, folder); len(got) != 1 || !strings.HasSuffix(got[0], ".part") {
			t.Errorf("while it comes, the folder holds %q", got)
		}
		interrupted := time.Now()
		s.cancel()
		s.wait()
		if took := time.Since(interrupted); took > time.Second {
			t.Errorf("it took %v to end", took)
		}
		wantFiles(t, folder)
		want(t, "standard error", s.err.String(), "jobwatch: interrupted; 1 unfinished job still tracked, 2 PDFs not saved yet\n")
		if s.result.Exit() != 130 || s.saved()[ids[1]].End != job.EndedDone || s.saved()[ids[1]].File != "" {
			t.Errorf("%+v %+v", s.result, s.saved()[ids[1]])
		}
	})
}

// Another jobwatch removes a job whose PDF is on its way: it won't come, which is no
// success.
func TestAJobThatIsRemovedGetsNoPDF(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		folder := t.TempDir()
		s.withDownloads(folder)
		id := server.Add(document("Agenda", time.Second))[0]
		began := make(chan struct{})
		server.Break(held(began))
		s.start(id)
		<-began
		other, _ := open(t, s.path)
		if err := other.Append(t.Context(), store.Forget{ID: id}); err != nil {
			t.Fatal(err)
		}
		s.wait()
		wantFiles(t, folder)
		want(t, "standard error", s.err.String(), "jobwatch: 1 of 1 job are not Done:\n"+
			"  "+id.Short()+" removed: another jobwatch or program took it out of the state file (Agenda)\n")
		if s.result != (Result{Failed: 1}) || !strings.Contains(s.out.String(), id.Short()+"  removed ") {
			t.Errorf("%+v %s", s.result, s.out.String())
		}
	})
}

// Another jobwatch notes a job's end a moment later, not knowing of the file yet.
func TestWhereAPDFIsSurvivesAnotherJobwatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		server := s.withAPI()
		s.withDownloads(t.TempDir())
		ids := server.Add(document("Agenda", time.Second), document("Risks", time.Minute))
		s.start(ids...)
		time.Sleep(20 * time.Second) //nolint:forbidigo // the fake clock of synctest
		theirs := s.saved()[ids[0]]
		file := theirs.File
		theirs.File = ""
		other, _ := open(t, s.path)
		if err := other.Append(t.Context(), store.Observe{Job: theirs}); err != nil {
			t.Fatal(err)
		}
		s.wait()
		if got := s.saved()[ids[0]].File; got != file || file == "" {
			t.Errorf("the state file says %q, not %q", got, file)
		}
	})
}

// stopped are downloads that have stopped, as after a bug.
type stopped struct{ events chan []download.Event }

func (stopped) Add(...download.Want) int          { return 0 }
func (stopped) Cancel(...job.ID)                  {}
func (s stopped) Events() <-chan []download.Event { return s.events }

func TestDownloadsThatStopAreNoSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		events := make(chan []download.Event)
		close(events)
		s.cfg.Session.Downloads = stopped{events}
		s.start(jobID(1))
		<-s.done
		s.cancel()
		if s.failed == nil || s.result.Exit() != 1 {
			t.Errorf("%+v, %v", s.result, s.failed)
		}
	})
}
