package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"example.com/jobwatch/store"
)

// ErrKilled is the error of every operation of a killed process.
var ErrKilled = errors.New("the process was killed")

// Machine is a computer with one disk in memory. Its processes can be killed between any
// two changes that they make, and its power cut: then what was not synced is there, or
// not, or in part, as on the worst file systems.
type Machine struct {
	mu      sync.Mutex
	names   map[string]*node // as processes see them
	durable map[string]*node // as a power cut leaves them
	unsaved []rename         // what is in names but not in durable, in order
	locks   map[string]*Process
	freed   chan struct{} // closed when a lock is given back
	clock   time.Time
}

// node is a file or folder.
type node struct {
	dir     bool
	mode    fs.FileMode
	changed time.Time
	data    []byte // as processes see it
	durable []byte // as it was at the last sync
	unsaved []change
}

// change is a write at an offset, or, without data, a truncation to it.
type change struct {
	at   int64
	data []byte
}

// rename is a change of names in one folder.
type rename struct {
	folder string
	apply  func(names map[string]*node)
}

// NewMachine returns a machine with a folder.
func NewMachine(folder string) *Machine {
	root := &node{dir: true, mode: fs.ModeDir | 0o700}
	return &Machine{
		names:   map[string]*node{folder: root},
		durable: map[string]*node{folder: root},
		locks:   map[string]*Process{},
		freed:   make(chan struct{}),
		clock:   time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC),
	}
}

// Replay returns what a state file of that text says, and how many of its lines are damaged.
func Replay(text string) (store.Contents, int, error) {
	const name = "/state/jobs.jsonl"
	disk := NewMachine("/state").Start()
	f, err := disk.Open(name, os.O_CREATE, 0o600)
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err != nil {
		return store.Contents{}, 0, err
	}
	_, opened, err := store.Open(context.Background(), disk, name)
	return opened.Contents, opened.Damaged, err
}

// lock locks the machine, and returns what unlocks it.
func (m *Machine) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

// Start starts a process.
func (m *Machine) Start() *Process { return &Process{m: m, steps: -1} }

// CutPower kills the processes. The disk keeps what was synced. Of the unsynced changes of
// names, and of each file's unsynced writes, it keeps as many of the first as rng says; the
// last of the kept writes is torn, or a hole of NUL.
func (m *Machine) CutPower(rng *rand.Rand, processes ...*Process) {
	defer m.lock()()
	for _, p := range processes {
		p.dead = true
	}
	m.release(nil)
	for _, r := range m.unsaved[:rng.IntN(len(m.unsaved)+1)] {
		r.apply(m.durable)
	}
	m.unsaved = nil
	m.names = map[string]*node{}
	for name, n := range m.durable {
		if !n.dir {
			n.settle(rng)
		}
		m.names[name] = n
	}
}

func (n *node) settle(rng *rand.Rand) {
	data := n.durable
	switch kept := n.unsaved[:rng.IntN(len(n.unsaved)+1)]; {
	case len(kept) == 0:
	case rng.IntN(3) == 0: // sizes reached the disk, the last contents did not
		for i, c := range kept {
			if i == len(kept)-1 && c.data != nil {
				c.data = make([]byte, len(c.data))
			}
			data = c.apply(data)
		}
	default: // the last one is torn
		for i, c := range kept {
			if i == len(kept)-1 && c.data != nil {
				c.data = c.data[:rng.IntN(len(c.data)+1)]
			}
			data = c.apply(data)
		}
	}
	n.data, n.durable, n.unsaved = bytes.Clone(data), bytes.Clone(data), nil
}

// apply returns data after the change.
func (c change) apply(data []byte) []byte {
	if c.data == nil {
		if int64(len(data)) > c.at {
			return data[:c.at:c.at]
		}
		return append(data, make([]byte, c.at-int64(len(data)))...)
	}
	out := bytes.Clone(data)
	if end := c.at + int64(len(c.data)); int64(len(out)) < end {
		out = append(out, make([]byte, end-int64(len(out)))...)
	}
	copy(out[c.at:], c.data)
	return out
}

// release releases a process's locks, or all if p is nil.
func (m *Machine) release(p *Process) {
	for name, holder := range m.locks {
		if p == nil || holder == p {
			delete(m.locks, name)
		}
	}
	close(m.freed)
	m.freed = make(chan struct{})
}

func (m *Machine) now() time.Time {
	m.clock = m.clock.Add(time.Millisecond) // each change is seen
	return m.clock
}

// Process is the disk as one process sees it.
type Process struct {
	m     *Machine
	steps int
	dead  bool
}

var _ store.Disk = (*Process)(nil)

// KillAfter kills the process at a change, after so many more that succeed; never if steps
// is negative.
func (p *Process) KillAfter(steps int) {
	defer p.m.lock()()
	p.steps = steps
}

// Killed reports whether the process was killed.
func (p *Process) Killed() bool {
	defer p.m.lock()()
	return p.dead
}

// step counts a change, with the machine locked. It returns an error if the process is
// dead or dies now.
func (p *Process) step() error {
	if p.dead {
		return ErrKilled
	}
	if p.steps == 0 {
		p.dead = true
		p.m.release(p)
		return ErrKilled
	}
	p.steps--
	return nil
}

func (p *Process) alive() error {
	if p.dead {
		return ErrKilled
	}
	return nil
}

// Open implements [store.Disk].
func (p *Process) Open(name string, flag int, perm fs.FileMode) (store.File, error) {
	defer p.m.lock()()
	if err := p.alive(); err != nil {
		return nil, err
	}
	n := p.m.names[name]
	switch {
	case n != nil && flag&(os.O_CREATE|os.O_EXCL) == os.O_CREATE|os.O_EXCL:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrExist}
	case n == nil && (flag&os.O_CREATE == 0 || p.m.names[filepath.Dir(name)] == nil):
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case n == nil:
		if err := p.step(); err != nil {
			return nil, err
		}
		n = &node{mode: perm, changed: p.m.now()}
		p.m.rename(name, func(names map[string]*node) { names[name] = n })
	}
	return &file{p: p, n: n, name: name, appends: flag&os.O_APPEND != 0}, nil
}

func (m *Machine) rename(name string, apply func(map[string]*node)) {
	apply(m.names)
	m.unsaved = append(m.unsaved, rename{filepath.Dir(name), apply})
}

// Stat implements [store.Disk].
func (p *Process) Stat(name string) (fs.FileInfo, error) {
	defer p.m.lock()()
	if err := p.alive(); err != nil {
		return nil, err
	}
	n := p.m.names[name]
	if n == nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return n.info(name), nil
}

// Resolve implements [store.Disk]: there are no links.
func (p *Process) Resolve(name string) (string, error) { return filepath.Clean(name), nil }

// Mkdir implements [store.Disk].
func (p *Process) Mkdir(name string, perm fs.FileMode) error {
	defer p.m.lock()()
	switch {
	case p.m.names[name] != nil:
		return fs.ErrExist
	case p.m.names[filepath.Dir(name)] == nil:
		return fs.ErrNotExist
	}
	if err := p.step(); err != nil {
		return err
	}
	n := &node{dir: true, mode: fs.ModeDir | perm, changed: p.m.now()}
	p.m.rename(name, func(names map[string]*node) { names[name] = n })
	return nil
}

// Rename implements [store.Disk].
func (p *Process) Rename(from, to string) error {
	defer p.m.lock()()
	n := p.m.names[from]
	if n == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	if err := p.step(); err != nil {
		return err
	}
	p.m.rename(to, func(names map[string]*node) {
		delete(names, from)
		names[to] = n
	})
	return nil
}

// Remove implements [store.Disk].
func (p *Process) Remove(name string) error {
	defer p.m.lock()()
	if p.m.names[name] == nil {
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	if err := p.step(); err != nil {
		return err
	}
	p.m.rename(name, func(names map[string]*node) { delete(names, name) })
	return nil
}

// SyncFolder implements [store.Disk].
func (p *Process) SyncFolder(name string) error {
	defer p.m.lock()()
	if err := p.step(); err != nil {
		return err
	}
	p.m.unsaved = slices.DeleteFunc(p.m.unsaved, func(r rename) bool {
		if r.folder == name {
			r.apply(p.m.durable)
		}
		return r.folder == name
	})
	return nil
}

// Lock implements [store.Disk].
func (p *Process) Lock(ctx context.Context, name string) (func() error, error) {
	for {
		p.m.mu.Lock()
		free := p.m.freed
		err := p.alive()
		switch {
		case err != nil:
		case p.m.names[filepath.Dir(name)] == nil:
			err = &fs.PathError{Op: "lock", Path: name, Err: fs.ErrNotExist}
		case p.m.locks[name] == nil:
			p.m.locks[name] = p
			p.m.mu.Unlock()
			return func() error { return p.unlock(name) }, nil
		}
		p.m.mu.Unlock()
		if err != nil {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-free:
		}
	}
}

func (p *Process) unlock(name string) error {
	defer p.m.lock()()
	if p.m.locks[name] == p {
		delete(p.m.locks, name)
		close(p.m.freed)
		p.m.freed = make(chan struct{})
	}
	return nil
}

// file is an open file of a process.
type file struct {
	p    *Process
	n    *node
	name string
	at   int64

	appends bool // each Write goes to the end
}

func (f *file) ReadAt(b []byte, at int64) (int, error) {
	defer f.p.m.lock()()
	if err := f.p.alive(); err != nil {
		return 0, err
	}
	if at >= int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(b, f.n.data[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// Write writes half of b if the process is killed now.
func (f *file) Write(b []byte) (int, error) {
	defer f.p.m.lock()()
	if err := f.p.alive(); err != nil {
		return 0, err
	}
	err := f.p.step()
	if err != nil {
		b = b[:len(b)/2]
	}
	if f.appends {
		f.at = int64(len(f.n.data))
	}
	f.n.change(change{f.at, append([]byte{}, b...)}, f.p.m.now())
	f.at += int64(len(b))
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

func (n *node) change(c change, now time.Time) {
	n.data = c.apply(n.data)
	n.unsaved = append(n.unsaved, c)
	n.changed = now
}

func (f *file) Truncate(size int64) error {
	defer f.p.m.lock()()
	if err := f.p.step(); err != nil {
		return err
	}
	f.n.change(change{at: size}, f.p.m.now())
	return nil
}

func (f *file) Sync() error {
	defer f.p.m.lock()()
	if err := f.p.step(); err != nil {
		return err
	}
	f.n.durable, f.n.unsaved = bytes.Clone(f.n.data), nil
	return nil
}

func (f *file) Chmod(mode fs.FileMode) error {
	defer f.p.m.lock()()
	f.n.mode = mode
	return f.p.alive()
}

func (f *file) Chown(int, int) error { return nil }

func (f *file) Stat() (fs.FileInfo, error) {
	defer f.p.m.lock()()
	return f.n.info(f.name), f.p.alive()
}

func (f *file) Close() error { return nil }

// info is a node's state at one moment.
func (n *node) info(name string) fs.FileInfo {
	return info{name: filepath.Base(name), size: int64(len(n.data)), mode: n.mode, changed: n.changed, node: n}
}

type info struct {
	name    string
	size    int64
	mode    fs.FileMode
	changed time.Time
	node    *node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return i.changed }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return i.node }
