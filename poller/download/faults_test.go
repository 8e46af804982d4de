package download

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"example.com/jobwatch/poller/sim"
	"example.com/jobwatch/poller/sim/simtest"
)

// redirect returns a fault that redirects requests for the file to another URL.
func redirect(to string) simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
		if r.URL.Query().Has("moved") {
			r.URL.RawQuery = strings.TrimPrefix(r.URL.RawQuery, "moved=1&")
			next(w, r)
			return
		}
		w.Header().Set("Location", strings.ReplaceAll(to, "QUERY", r.URL.RawQuery))
		w.WriteHeader(http.StatusFound)
	})
}

func TestEveryFaultOfADownloadIsToldAndLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault func(*harness) simtest.Fault
		says  string
	}{
		{"cut short", func(*harness) simtest.Fault { return simtest.CutShort() }, "cut short"},
		{"not a PDF", func(*harness) simtest.Fault { return simtest.NotPDF() }, "not a PDF"},
		{"expired link", func(k *harness) simtest.Fault { return simtest.ExpiredLink() }, "refused (HTTP 403)"},
		{"too large by its size", func(*harness) simtest.Fault { return simtest.BigFile(1_000_001) }, "larger than 1 MB"},
		{"too large without a size", func(*harness) simtest.Fault { return endless() }, "larger than 1 MB"},
		{"cut short without a size", func(*harness) simtest.Fault { return sizeless("%PDF-1.4\nand then nothing") }, "cut short"},
		{"empty", func(*harness) simtest.Fault { return sizeless("") }, "not a PDF"},
		{"reset", func(*harness) simtest.Fault { return simtest.On(simtest.FilePage, simtest.ResetMidHeaders()) }, "connection"},
		{"no such job", func(*harness) simtest.Fault {
			return simtest.On(simtest.OutputPage, simtest.Answer(http.StatusNotFound, "application/json", "{}"))
		}, "no PDF of this job, or not yet"},
		{"API in trouble", func(*harness) simtest.Fault {
			return simtest.On(simtest.OutputPage, simtest.Answer(http.StatusBadGateway, "text/html", "<h1>Bad"))
		}, "HTTP 502"},
		{"captive portal", func(*harness) simtest.Fault {
			return simtest.On(simtest.OutputPage, simtest.Answer(http.StatusOK, "text/html", "<h1>Sign in"))
		}, "asked for the PDF"},
		{"file server in trouble", func(*harness) simtest.Fault {
			return simtest.On(simtest.FilePage, simtest.Answer(http.StatusServiceUnavailable, "text/html", ""))
		}, "HTTP 503"},
		{"a file: URL", func(*harness) simtest.Fault { return simtest.OutputURL("file:///etc/passwd") }, "not an http or https URL"},
		{"javascript", func(*harness) simtest.Fault { return simtest.OutputURL("javascript:alert(1)") }, "not an http or https URL"},
		{"redirect to a file: URL", func(*harness) simtest.Fault { return redirect("file:///etc/passwd") }, "redirected to something"},
		{"redirect in circles", func(k *harness) simtest.Fault { return redirect(k.base + "/files/x.pdf?secret") }, "more than 5 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newHarness(t, atMost(1_000_000))
			w := k.done("Report", "b")
			k.api.Break(c.fault(k))
			e := k.get(w)
			var err *Error
			if e.State != Failed || !errors.As(e.Err, &err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("it ended as %v: %v; want %q", e.State, e.Err, c.says)
			}
			if passing := !strings.HasPrefix(c.says, "larger") && c.says != "not a PDF"; err != nil && err.Passing != passing {
				t.Errorf("that it is over a little later: %v, want %v", err.Passing, passing)
			}
			for _, secret := range []string{"signature", "secret", "expires", "/files/", w.ID.String(), k.base} {
				if e.Err != nil && strings.Contains(e.Err.Error(), secret) {
					t.Errorf("the error gives away %q: %v", secret, e.Err)
				}
			}
			k.wantFiles()
			k.api.Mend()
			if e := k.get(w); e.State != Saved {
				t.Errorf("pressed again, after the fault had gone: %v", e.Err)
			}
			k.wantFiles("b/Report.pdf")
		})
	}
}

// sizeless gives a body whose size is not told.
func sizeless(text string) simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		w.Header().Set("Content-Type", "application/pdf")
		_ = http.NewResponseController(w).Flush()
		_, _ = w.Write([]byte(text))
	})
}

func endless() simtest.Fault {
	return simtest.On(simtest.FilePage, func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
		_, err := w.Write([]byte("%PDF-1.4\n"))
		for err == nil {
			_, err = w.Write(make([]byte, 32<<10))
		}
	})
}

func TestAWholeFileWithoutASizeIsTaken(t *testing.T) {
	k := newHarness(t)
	w := k.done("Report", "b")
	k.api.Break(sizeless(string(sim.PDF("Report"))))
	if e := k.get(w); e.State != Saved {
		t.Errorf("%+v", e)
	}
}

func TestARedirectIsFollowed(t *testing.T) {
	k := newHarness(t)
	w := k.done("Report", "b")
	k.api.Break(redirect(k.base + "/files/" + w.ID.String() + ".pdf?moved=1&QUERY"))
	if e := k.get(w); e.State != Saved {
		t.Errorf("%+v", e)
	}
}
