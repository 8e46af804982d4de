package store

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/store/disk/disktest"
	"example.com/jobwatch/store/journal"
)

// seeds are lines of all kinds, whole and broken.
func seeds(f *testing.F) []string {
	f.Helper()
	done := running(2, "b", 1)
	done.Cause, done.File, done.Answer.Description = "why", "/tmp/a.pdf", "\"é\\\u202e\n"
	lines := strings.SplitAfter(fileOf(f, Track{pasted(1, "a")}, Track{done}, Observe{running(1, "", 0.25)},
		Forget{id(2)}, SetBatch{Batch{ID: "a", Name: "A", Added: at(1)}}), "\n")
	return append(lines,
		`{"op":"download","id":7}`,
		`{"jobwatch":1,"id":"x"}`,
		` {"op" : "forget", "id" : "`+id(1).String()+`"} `,
		`{"op":"status","id":"`+id(1).String()+`","progress":1e-3,"progress":0.5,"end":"gone","colour":{}}`,
		`{"op":"status","id":"`+id(1).String()+`","ended":"2024-02-30T00:00:00.000Z"}`,
		`{"op":"sta`+lines[1],
		"\x00\x00\x00"+lines[2],
		"\xff\xfe", `{"op":"track","id":null}`,
	)
}

// FuzzReplay checks that whatever the file is, a record on a line of its own after
// it is found, and that mending the file once is enough.
func FuzzReplay(f *testing.F) {
	all := strings.Join(seeds(f), "")
	f.Add([]byte(all))
	for _, line := range seeds(f) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		last := pasted(999_999, "z")
		b := append(bytes.Clone(file), '\n')
		b = appendOp(b, Track{last}, true)
		c, damaged, err := Replay(bytes.NewReader(b))
		if _, newer := errors.AsType[*NewerError](err); newer {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, found := newModel(c).jobs[last.ID]; !found {
			t.Errorf("the record after %.300q is lost: %d damaged", file, damaged)
		}

		machine := disktest.NewMachine("/home")
		disk := OnDisk(machine.Start())
		plant(t, machine, file)
		s, first, err := Open(t.Context(), worldFile, disk)
		if err != nil {
			return // not a state file, or a newer one
		}
		save(t, s, Track{last})
		_, second := open(t, worldFile, disk)
		if second.Damaged > 0 || len(first.Warnings)+len(second.Warnings) > 0 || (first.Backup != "") != (first.Damaged > 0) {
			t.Errorf("mending %.300q: first %+v, then %+v", file, first, second)
		}
		want := newModel(first.Contents)
		want.apply(Track{last})
		if got := newModel(second.Contents); !got.same(want, true) {
			t.Errorf("mending %.300q changed it from\n%v to\n%v", file, want, got)
		}
	})
}

// plant puts a state file on a machine.
func plant(t *testing.T, m *disktest.Machine, file []byte) {
	t.Helper()
	p := m.Start()
	s, _ := open(t, worldFile, OnDisk(p))
	shut(t, s)
	f, err := p.Open(worldFile, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(0), f.Sync()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(file, 0); err != nil {
		t.Fatal(err)
	}
}

// FuzzDecode checks that the scanner never says what encoding/json would not, that
// skimming finds the same records, and that what is read can be written and read.
func FuzzDecode(f *testing.F) {
	for _, line := range seeds(f) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var d decoder
		var scanned, parsed, skimmed record
		scanned.reset()
		parsed.reset()
		parses := parse(line, &parsed)
		if d.scan(line, &scanned) && (!parses || !reflect.DeepEqual(scanned, parsed)) {
			t.Fatalf("%q\nscanned %+v\nparsed  %+v, %v", line, scanned, parsed, parses)
		}
		var decoded record
		ok := d.decode(line, &decoded)
		skim := decoder{skim: true}
		if skims := skim.decode(line, &skimmed); skims != ok || ok && (skimmed.kind != decoded.kind ||
			skimmed.job.ID != decoded.job.ID || skimmed.batch.ID != decoded.batch.ID) {
			t.Fatalf("%q\nskimmed %+v, %v\ndecoded %+v, %v", line, skimmed, skims, decoded, ok)
		}
		op := decoded.op()
		if !ok || op == nil || len(line) > maxWord {
			return // longer texts are cut
		}
		written := appendOp(nil, op, true)
		var again record
		if len(written) > journal.MaxLine || !d.decode(written[:len(written)-1], &again) {
			t.Fatalf("%q was written as %q", line, written)
		}
		if twice := appendOp(nil, again.op(), true); !bytes.Equal(twice, written) {
			t.Fatalf("%q was written as %q and then as %q", line, written, twice)
		}
	})
}

func TestOurOwnLinesTakeTheFastWay(t *testing.T) {
	j := running(1, "a", 0.123456789)
	j.Answer.Description, j.Answer.Meta = "\"é\\\u202e\n", "\xff"
	j.End, j.Ended, j.Cause, j.File = job.EndedGivenUp, at(7), "why", "/tmp/a.pdf"
	for _, op := range []Op{Track{j}, Observe{j}, Forget{j.ID}, SetBatch{Batch{"a", "A", at(0), nil}}, Track{pasted(1, "")}} {
		line := appendOp(nil, op, true)
		var d decoder
		var r record
		r.reset()
		if !d.scan(line[:len(line)-1], &r) {
			t.Errorf("the scanner gives up on %s", line)
		}
	}
}
