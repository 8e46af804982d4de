package joblist

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store"
)

// invoice is a job that is half done and whose row changes may change.
func invoice(changes ...func(*Row)) *Row {
	known, _ := job.Parse("01890a5d-ac96-774b-bcce-b302099a8057")
	l := newTracker()
	l.track([]store.Job{{ID: known, Added: noon.Add(-12 * time.Minute), Answered: noon, Answer: job.Answer{
		Status: job.Processing, Progress: 0.5, Description: "Rechnung März.md", Meta: "step 12:30, rendering page 3",
	}}}, store.Batch{ID: "b", Name: "June run"})
	r, _ := l.Row(known)
	r.News = true
	for _, change := range changes {
		change(r)
	}
	return r
}

func described(text string) *Row { return invoice(func(r *Row) { r.Answer.Description = text }) }

func ended(end job.End) *Row { return invoice(func(r *Row) { r.End = end }) }

func at(p job.Progress) *Row { return invoice(func(r *Row) { r.Answer.Progress = p }) }

func aged(d time.Duration) *Row { return invoice(func(r *Row) { r.Added = noon.Add(-d) }) }

func status(s job.Status) *Row { return invoice(func(r *Row) { r.Answer.Status = s }) }

func TestEachWordAsksWhatTheHelpSays(t *testing.T) {
	done, unknown := ended(job.EndedDone), at(job.Unknown)
	for _, test := range []struct {
		filter string
		job    *Row
		want   bool
	}{
		{"", invoice(), true},
		{"   ", invoice(), true},
		{"rechnung", invoice(), true},
		{"MÄRZ", invoice(), true},
		{"märz.md", invoice(), true},
		{"mürz", invoice(), false},
		{"april", invoice(), false},
		{"zapzap", described("ZapZAP"), true},
		{"apzapz", described("APZAPZ"), true},
		{strings.Repeat("a", maxFilter), described(strings.Repeat("a", maxFilter)), true},
		{"june", invoice(), true},      // the batch's name
		{"rendering", invoice(), true}, // status_meta
		{"01890A5D", invoice(), true},  // the ID, in either case
		{"5d-ac9", invoice(), true},
		{"5dac9", invoice(), false},
		{"id:8057", invoice(), true},
		{"id:june", invoice(), false},
		{"01890a5dac96774bbcceb302099a8057", invoice(), true}, // without its hyphens
		{"01890a5dac96774bbcceb302099a8058", invoice(), false},
		{"id:ff0a-", invoice(func(r *Row) { r.ID[3], r.ID[2] = 0x0a, 0xff }), true},
		{"12:30", invoice(), true}, // no key of ours: text
		{"page 3", invoice(), true},
		{`"page 3"`, invoice(), true},
		{`"3 page"`, invoice(), false},
		{"rechnung april", invoice(), false}, // ANDed
		{"!april", invoice(), true},
		{"!rechnung", invoice(), false},
		{`!"page 3"`, invoice(), false},
		{"!!rechnung", invoice(), true},
		{"batch:june", invoice(), true},
		{`batch:"june run"`, invoice(), true},
		{"batch:rechnung", invoice(), false},
		{"!batch:june", invoice(), false},

		{"status:running", invoice(), true},
		{"status:processing", invoice(), true},
		{"Status:RUNNING", invoice(), true},
		{"status:run", invoice(), true},
		{"status=running", invoice(), true},
		{"status:done,running", invoice(), true},
		{"status:done", invoice(), false},
		{"!status:done", invoice(), true},
		{"status:notstarted", status(job.NotStarted), true},
		{"status:error", ended(job.EndedRejected), false},
		{"status:failed", ended(job.EndedRejected), true},
		{"status:failed", ended(job.EndedGivenUp), true},
		{"status:unknown", ended(job.EndedGivenUp), true},
		{"status:unsaid", status(""), true},
		{"status:running", status("Paused"), true},
		{"status:processing", status("Paused"), false},

		{"progress>0.4", invoice(), true},
		{"progress>0.5", invoice(), false},
		{"progress>=0.5", invoice(), true},
		{"progress<=50%", invoice(), true},
		{"progress<50%", invoice(), false},
		{"progress=50", invoice(), true},
		{"progress:50%", invoice(), true},
		{"progress=29%", at(0.29), true},
		{"progress=29%", at(0.285), false},
		{"progress<1", invoice(), true}, // the whole, not 1%
		{"progress<1%", at(0), true},
		{"progress=50%", at(0.509), true}, // as shown
		{"progress<1", unknown, false},
		{"progress>=0", unknown, false},
		{"!progress>=0", unknown, true},
		{"progress=100%", done, true},

		{"age>10m", invoice(), true},
		{"age<0h10m", invoice(), false},
		{"age<1h30m", invoice(), true},
		{"age>=12m", invoice(), true},
		{"age=12m", aged(12*time.Minute + 20*time.Second), true},
		{"age<9223372036s", invoice(), true}, // the longest
		{"age>1w", aged(8 * 24 * time.Hour), true},
		{"age>2d", aged(47 * time.Hour), false},

		{"is:new", invoice(), true},
		{"is:stale", invoice(), false},
		{"is:stale", invoice(func(r *Row) { r.Problem = new(job.Problem) }), true},
		{"is:selected", invoice(func(r *Row) { r.Selected = true }), true},
		{"is:live", invoice(), true},
		{"is:finished", invoice(), false},
		{"is:fin", done, true},
	} {
		f, err := ParseFilter(test.filter)
		if err != nil {
			t.Errorf("%q: %v", test.filter, err)
		}
		if got := f.Match(test.job, noon); got != test.want {
			t.Errorf("%q shows the job: %v, want %v", test.filter, got, test.want)
		}
	}
}

func TestAHalfTypedWordHidesNothing(t *testing.T) {
	r := invoice()
	for _, text := range []string{
		"s", "status:", "!status:", "status:done,", "progress", "progress>", "progress>=", "progress>.", "age>", "age>1", "age>1h3",
		"batch:", "is:", "is:s", "id:", "!", `"`, `batch:"`, `"nothing`,
	} {
		f, err := ParseFilter("rendering " + text)
		switch text {
		case "s", "progress": // as good as any text
			continue
		case "status:done,":
			if err != nil || f.Match(r, noon) {
				t.Errorf("%q should be as good as without its comma", text)
			}
			continue
		}
		wrong, ok := errors.AsType[*FilterError](err)
		if !ok || !wrong.Incomplete {
			t.Errorf("%q: %v, want a word that is not complete yet", text, err)
		}
		if !f.Match(r, noon) {
			t.Errorf("%q hides the job", text)
		}
	}
}

func TestAWrongWordIsNamedWithTheRightOne(t *testing.T) {
	for _, test := range []struct{ filter, word, near, says string }{
		{"invoice status:eror", "status:eror", "error", `"status:eror" in the filter: no such status; did you mean error?`},
		{"status:dnoe", "status:dnoe", "done", ""},
		{"!status:faild", "!status:faild", "failed", ""},
		{"status:xyz", "status:xyz", "", `"status:xyz" in the filter: no such status; there are: ` +
			`queued, notstarted, running, processing, done, error, failed, rejected, givenup, unknown, checking, unsaid, other`},
		{"staus:error", "staus:error", "status", `"staus:error" in the filter: jobs have no staus; did you mean status? ` +
			`(in quotes it is looked for as text)`},
		{"progres>0.5", "progres>0.5", "progress", ""},
		{strings.Repeat("a", 1025), strings.Repeat("a", 32) + "…", "", `"` + strings.Repeat("a", 32) + `…" in the filter: a filter has at most 1024 bytes`},
		{"is:sellected", "is:sellected", "selected", ""},
		{"progress>fast", "progress>fast", "", `"progress>fast" in the filter: needs a figure, such as 0.5 or 50%`},
		{"progress>-1", "progress>-1", "", ""},
		{"progress>120%", "progress>120%", "", `"progress>120%" in the filter: progress is 0 to 1, or 0% to 100%`},
		{"progress>nan", "progress>nan", "", ""},
		{"age>tomorrow", "age>tomorrow", "", `"age>tomorrow" in the filter: needs a time with its unit, such as 30s, 10m, 2h, 1h30m, 3d or 1w`},
		{"age>10y", "age>10y", "", ""},
		{"age>99999999999w", "age>99999999999w", "", ""},
	} {
		f, err := ParseFilter(test.filter)
		wrong, ok := errors.AsType[*FilterError](err)
		if !ok {
			t.Errorf("%q: %v, want an error", test.filter, err)
			continue
		}
		if wrong.Incomplete || wrong.Word != test.word || test.near != "" && !strings.Contains(wrong.Reason, "did you mean "+test.near+"?") {
			t.Errorf("%q: %+v, want the word %q and the nearest %q", test.filter, wrong, test.word, test.near)
		}
		if test.says != "" && err.Error() != test.says {
			t.Errorf("%q says\n%s\nwant\n%s", test.filter, err, test.says)
		}
		if r := described("invoice"); !f.Match(r, noon) {
			t.Errorf("%q hides a job while it is typed", test.filter)
		}
	}
}

func TestOnlySomeFiltersChangeTheirMindWithTime(t *testing.T) {
	for text, want := range map[string]bool{"": false, "inv": false, "age>1m": true, "!is:stale": true, "is:new": false} {
		if f, _ := ParseFilter(text); f.Timed() != want {
			t.Errorf("%q is timed: %v, want %v", text, f.Timed(), want)
		}
	}
}

func TestEveryStatusAndEndHasItsState(t *testing.T) {
	for _, test := range []struct {
		status job.Status
		end    job.End
		want   State
	}{
		{"", job.Live, Unheard},
		{job.NotStarted, job.Live, Queued},
		{job.Processing, job.Live, Running},
		{"Paused", job.Live, Other},
		{job.Done, job.EndedDone, Done},
		{job.Error, job.EndedError, Error},
		{"", job.EndedRejected, Rejected},
		{job.Processing, job.EndedGivenUp, GivenUp},
	} {
		got := StateOf(test.status, test.end)
		if got != test.want || got.Finished() != test.end.Finished() || got.Failed() != (test.end.Finished() && test.end != job.EndedDone) {
			t.Errorf("%q ended %v is %v, want %v", test.status, test.end, got, test.want)
		}
		f, err := ParseFilter("status:" + got.String())
		if err != nil || !f.Match(invoice(func(r *Row) { r.Answer.Status, r.End = test.status, test.end }), noon) {
			t.Errorf("status:%v doesn't find itself: %v", got, err)
		}
	}
}

func TestLastingWordsAreThoseThatNoAnswerChanges(t *testing.T) {
	for text, want := range map[string][2]string{ // before the job is described, and after
		"":                                  {"", ""},
		"batch:june id:01 age<1d":           {"batch:june id:01 age<1d", "batch:june id:01 age<1d"},
		"!batch:june invoice":               {"!batch:june", "!batch:june invoice"},
		"status:done progress>50% is:stale": {"", ""},
		"is:new is:selected is:live june":   {"", "june"},
	} {
		for i, described := range []bool{false, true} {
			f, err := ParseFilter(text)
			wanted, also := ParseFilter(want[i])
			if err != nil || also != nil {
				t.Fatal(err, also)
			}
			got := f.Lasting(described)
			other := invoice(func(r *Row) { r.In().Name, r.ID, r.Added = "July", job.ID{}, noon })
			for _, r := range []*Row{invoice(), other} {
				if len(got.terms) != len(wanted.terms) || got.Match(r, noon) != wanted.Match(r, noon) {
					t.Errorf("%q, described %v: %+v, want %q", text, described, got, want[i])
				}
			}
		}
	}
}

func TestASlipIsUnderstood(t *testing.T) {
	words := []string{"batch", "rate", "concurrency", "no-mouse", "notify", "status", "age", "is"}
	for typed, want := range map[string]string{
		"bach":        "batch",
		"ratee":       "rate",
		"raet":        "rate",
		"Batch":       "batch",
		"concurency":  "concurrency",
		"conc":        "concurrency",
		"nomouse":     "no-mouse",
		"notfiy":      "notify",
		"staus":       "status",
		"agee":        "age",
		"to":          "",
		"quux":        "",
		"":            "",
		"naïve":       "",
		"http":        "",
		"12":          "",
		"concurrence": "concurrency",

		"arxy": "", // a swap and two other letters

		strings.Repeat("rate", 100): "",
	} {
		if got := Suggest(typed, words); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// FuzzParseFilter: whatever is typed, there is a filter that can be asked, an error is
// one line for people, and what narrows promises is kept.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{
		"", "invoice", `!"two words" status:error`, "progress>50% age<=1h30m", "batch:june is:new", "status:eror",
		`staus:x "`, "!!!", "K\u212a \u0130i ß", "id:0189 5d-ac", "\xff\x00", "age>9223372036854775807w",
	} {
		f.Add(s, "inv", "Invoice 12 \u212a.md")
	}
	f.Fuzz(func(t *testing.T, text, typed, description string) {
		before, err := ParseFilter(text)
		after, _ := ParseFilter(text + typed)
		_, ok := errors.AsType[*FilterError](err)
		if err != nil && (!ok || strings.ContainsAny(err.Error(), "\n\r\x1b")) {
			t.Fatalf("%q: %q", text, err)
		}
		r := described(description)
		after.Match(r, noon)
		if err == nil && strings.TrimLeft(text, "! \t\r\n") != "" && before.IsZero() {
			t.Fatalf("%q says nothing and is not wrong", text)
		}
		if strings.ContainsAny(text, "\"!:<>= \t\r\n") || text == "" || !utf8.ValidString(text) {
			return
		}
		r.Answer.Description = description + text
		if !before.Match(r, noon) {
			t.Fatalf("%q doesn't find itself in %q", text, r.Answer.Description)
		}
		r.Answer.Description = description + strings.ToUpper(text)
		if strings.ToLower(r.Answer.Description) == r.Answer.Description+text && !before.Match(r, noon) {
			t.Fatalf("%q doesn't find itself in %q", text, r.Answer.Description)
		}
	})
}
