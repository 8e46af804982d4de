package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	. "example.com/jobwatch/store"

	"example.com/jobwatch/store/storetest"
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
		b = append(b, lines(t, Track{last})...)
		c, damaged, err := Replay(bytes.NewReader(b))
		if err != nil {
			says(t, err, "use a newer jobwatch")
			return
		}
		if _, found := newModel(c).jobs[last.ID]; !found {
			t.Errorf("the record after %.300q is lost: %d damaged", file, damaged)
		}

		machine := storetest.NewMachine("/home")
		disk := machine.Start()
		plant(t, machine, file)
		s, first, err := Open(t.Context(), disk, worldFile)
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
func plant(t *testing.T, m *storetest.Machine, file []byte) {
	t.Helper()
	p := m.Start()
	open(t, worldFile, p)
	f, err := p.Open(worldFile, os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(0), f.Sync()); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(file); err != nil {
		t.Fatal(err)
	}
}

// FuzzDecode checks that what is read of a line can be written, and then says the same.
func FuzzDecode(f *testing.F) {
	for _, line := range seeds(f) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > MaxWord {
			return // longer texts are cut
		}
		written := again(t, lines(t, Track{pasted(1, "")})+string(line))
		if twice := again(t, written); twice != written {
			t.Fatalf("%q was written as %q and then as %q", line, written, twice)
		}
	})
}

// again reads lines and writes what they say.
func again(t *testing.T, text string) string {
	t.Helper()
	c, _, err := Replay(strings.NewReader(fileOf(t) + text))
	if err != nil {
		return ""
	}
	ops := track(c.Jobs...)
	for _, b := range c.Batches {
		ops = append(ops, SetBatch{b})
	}
	return lines(t, ops...)
}

// FuzzLines checks that it makes no difference in what pieces a file is read.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nb"), 1)
	f.Add([]byte(strings.Join(seeds(f), "")), 7)
	f.Fuzz(func(t *testing.T, file []byte, size int) {
		whole, damaged, err := Replay(bytes.NewReader(file))
		var parts []io.Reader
		for part := range slices.Chunk(file, max(1, size)) {
			parts = append(parts, bytes.NewReader(part))
		}
		pieces, damagedThen, errThen := Replay(io.MultiReader(parts...))
		if !reflect.DeepEqual(pieces, whole) || damaged != damagedThen || (err == nil) != (errThen == nil) {
			t.Errorf("%q, in pieces of %d, says\n%+v, %d damaged, %v\nand at once\n%+v, %d damaged, %v",
				file, size, pieces, damagedThen, errThen, whole, damaged, err)
		}
	})
}
