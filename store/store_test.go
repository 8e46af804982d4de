package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/poller/job"
)

func TestTheListIsThereAgainAfterARestart(t *testing.T) {
	path := stateFile(t)
	s, opened := open(t, path)
	equal(t, "a first start", opened, Opened{})

	done := running(2, "tue", 1)
	done.Answer.Status, done.End, done.Ended = job.Done, job.EndedDone, at(60)
	done.History = append(done.History, Change{at(60), job.Done})
	rejected := pasted(3, "tue")
	rejected.End, rejected.Ended, rejected.Cause = job.EndedRejected, at(9), `path.job_id: "no", it says`
	tuesday := Batch{ID: "tue", Name: "Tuesday’s reports 📄", Added: at(0)}

	save(t, s, SetBatch{tuesday})
	save(t, s, track(pasted(1, "tue"), pasted(2, "tue"), pasted(3, "tue"), pasted(4, ""))...)
	save(t, s, Observe{running(1, "", 0.35)}, Observe{done}, Observe{rejected}, Forget{id(4)})

	want := Contents{
		Jobs:    []Job{running(1, "tue", 0.35), done, rejected},
		Batches: []Batch{tuesday},
	}
	equal(t, "after a restart", contents(t, path), want)
}

func TestOnlyTheUserMayReadTheFile(t *testing.T) {
	s, path := fresh(t)
	save(t, s, Track{pasted(1, "")})
	for name, want := range map[string]os.FileMode{path: 0o600, path + ".lock": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name, info.Mode().Perm(), want)
	}
}

func TestAWornFileIsCompactedAtStart(t *testing.T) {
	s, path := fresh(t)
	save(t, s, track(pasted(1, "a"), pasted(2, "a"))...)
	for i := range 40 {
		save(t, s, Observe{running(1, "a", job.Progress(i)/40)})
	}
	before := len(read(t, path))
	_, opened := open(t, path)
	if after := len(read(t, path)); after*5 > before {
		t.Errorf("compacted from %d to %d bytes", before, after)
	}
	equal(t, "lines", strings.Count(read(t, path), "\n"), 1+2+1)
	want := []Job{running(1, "a", 39./40), pasted(2, "a")}
	equal(t, "jobs at the compacting start", opened.Contents.Jobs, want)
	again, opened := open(t, path)
	equal(t, "jobs after it", opened.Contents.Jobs, want)
	equal(t, "compactions", again.Compactions(), 1)
	save(t, again, Forget{id(2)})
	equal(t, "jobs at last", contents(t, path).Jobs, want[:1])
}

func TestWhatANewerVersionAddedSurvives(t *testing.T) {
	s, path := fresh(t)
	save(t, s, Track{pasted(1, "a")})
	colour := Extra{"colour": []byte(`{"of":["a","row"]}`)}
	download := `{"op":"download","id":"` + id(1).String() + `","file":"/tmp/a.pdf"}`
	text := read(t, path)
	text = strings.Replace(text, `,"compacted":0}`, `,"compacted":0,"made_by":"jobwatch 7"}`, 1)
	text += `{"op":"batch","id":"a","name":"A","sort":"name"}` + "\n" + download + "\n"
	write(t, path, text)

	s, opened := open(t, path)
	equal(t, "batch", opened.Contents.Batches[0].Extra, Extra{"sort": []byte(`"name"`)})
	for i := range 50 { // until a start finds it worn
		j := running(1, "a", job.Progress(i)/50)
		j.Extra = colour
		save(t, s, Observe{j})
	}
	again, opened := open(t, path)
	equal(t, "compactions", again.Compactions(), 1)
	equal(t, "job", opened.Contents.Jobs[0].Extra, colour)
	text = read(t, path)
	for _, want := range []string{`,"compacted":1,"made_by":"jobwatch 7"}`, `"sort":"name"`, download, `"colour":{"of":["a","row"]}`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is gone from\n%s", want, text)
		}
	}
}

func TestTheFileCanBeEditedByHand(t *testing.T) {
	path := stateFile(t)
	write(t, path, "{\"id\": \"mine\", \"jobwatch\": 1}\r\n\r\n"+
		`{"id": "`+strings.ToUpper(id(1).String())+`", "op": "track", "added": "2026-03-03T10:00:01+01:00"}`+"\n"+
		`{"op":"status","id":"`+id(1).String()+`","status":"Pending review","progress":7,"end":null,"history":[]}`+"\n"+
		`{"op":"track","id":"`+id(3).String()+`","status":"Processing","progress":-7,"started":null,"end":"cancelled"}`)
	s, opened := open(t, path)
	want := pasted(1, "")
	want.Answer = job.Answer{Status: "Pending review", Progress: 1}
	other := Job{ID: id(3), Answer: job.Answer{Status: job.Processing, Progress: job.Unknown}}
	equal(t, "opened", opened, Opened{Contents: Contents{Jobs: []Job{want, other}}})
	save(t, s, Track{pasted(2, "")})
	equal(t, "later", contents(t, path).Jobs, []Job{want, other, pasted(2, "")})
}

func TestTimesAndProgressComeBackAsTheyWere(t *testing.T) {
	s, path := fresh(t)
	var jobs, want []Job
	for n, c := range []struct {
		at, want time.Time
		progress job.Progress
	}{
		{at(1).Add(7 * time.Millisecond), at(1).Add(7 * time.Millisecond), 0},
		{at(2).Add(250*time.Millisecond + 999), at(2).Add(250 * time.Millisecond), 1},
		{at(3).In(time.FixedZone("", 3600)), at(3), 1. / 3},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), 0.1},
		{time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}, 0.1}, // the format has no room
		{time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), 0.1},
		{time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}, 0.1},
	} {
		j := running(n, "", c.progress)
		j.Answered = c.at
		jobs = append(jobs, j)
		j.Answered = c.want
		want = append(want, j)
	}
	save(t, s, track(jobs...)...)
	equal(t, "jobs", contents(t, path).Jobs, want)
}

func TestHostileTextComesBackAndStaysOffTheTerminal(t *testing.T) {
	s, path := fresh(t)
	j := running(1, "a", 0.5)
	j.Answer.Description = "\x1b]0;title\a \x00 \u009b31m \x7f \u202etxt.exe \U000e0001 \xff é 👩‍👩‍👧 \r\n{\"op\":\"forget\"}"
	j.Answer.Status = job.Status(strings.Repeat("x", 1000))
	j.Answer.Meta = strings.Repeat("\x01", 1<<20)
	j.Cause = "a" + strings.Repeat("é", MaxText)
	j.File = strings.Repeat("f", MaxText)
	j.Answer.Path = strings.Repeat("\x80", 2*MaxText) // no letter begins anywhere
	j.History = make([]Change, 1000)
	save(t, s, Track{j})
	for _, line := range strings.SplitAfter(read(t, path), "\n") {
		for _, r := range strings.TrimSuffix(line, "\n") {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e' || r == '\U000e0001' {
				t.Fatalf("%U is in the file", r)
			}
		}
		if len(line) > 1<<20 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	got := contents(t, path).Jobs[0]
	equal(t, "description", got.Answer.Description, strings.ToValidUTF8(j.Answer.Description, "\ufffd"))
	equal(t, "status", len(got.Answer.Status), MaxWord)
	equal(t, "meta", len(got.Answer.Meta), MaxText)
	equal(t, "cause", got.Cause, j.Cause[:MaxText-1]) // not half a letter
	equal(t, "file", got.File, j.File)
	equal(t, "path", got.Answer.Path, "")
	equal(t, "history", len(got.History), MaxHistory)
}

// A newer version may have put more into a job than fits in a line beside what we write.
func TestAFieldThatIsTooLongCostsNoJob(t *testing.T) {
	s, path := fresh(t)
	j := running(1, "a", 0.5)
	colour := func(size int) Extra {
		return Extra{"colour": []byte(`"` + strings.Repeat("x", size) + `"`)}
	}
	j.Extra = colour(MaxLine)
	want := []Job{running(1, "a", 0.5), pasted(2, "a"), pasted(3, "a"), pasted(4, "a")}
	for i := range want[1:] { // together longer than a line may be
		want[1+i].Extra = colour(MaxLine / 2)
	}
	save(t, s, track(j, want[1], want[2], want[3])...)
	equal(t, "jobs", contents(t, path).Jobs, want)
}
