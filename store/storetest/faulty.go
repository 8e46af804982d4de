// Package storetest has disks for tests: one that fails on demand, and a machine whose
// processes can be killed and whose power can be cut.
package storetest

import (
	"context"
	"io/fs"
	"os"

	"example.com/jobwatch/store"
)

// Op names one operation of a [store.Disk] or [store.File] that may fail.
type Op string

// The operations.
const (
	Open       Op = "open"
	Stat       Op = "stat"
	Mkdir      Op = "mkdir"
	Rename     Op = "rename"
	Remove     Op = "remove"
	SyncFolder Op = "sync folder"
	Lock       Op = "lock"
	Read       Op = "read"
	Write      Op = "write"
	Truncate   Op = "truncate"
	Chmod      Op = "chmod"
	Chown      Op = "chown"
	Sync       Op = "sync"
)

// Faulty is a disk that fails when Fault says so, for instance because it is full
// ([syscall.ENOSPC] for each [Write]). A write that fails leaves half of its bytes.
type Faulty struct {
	store.Disk
	Fault func(op Op, name string) error
}

var _ store.Disk = Faulty{}

// fault returns the error of an operation, as package os has it; nil for none.
func (d Faulty) fault(op Op, name string) error {
	if err := d.Fault(op, name); err != nil {
		return &fs.PathError{Op: string(op), Path: name, Err: err}
	}
	return nil
}

// Open implements [store.Disk].
func (d Faulty) Open(name string, flag int, perm fs.FileMode) (store.File, error) {
	if err := d.fault(Open, name); err != nil {
		return nil, err
	}
	f, err := d.Disk.Open(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f, d, name}, nil
}

// Stat implements [store.Disk].
func (d Faulty) Stat(name string) (fs.FileInfo, error) {
	if err := d.fault(Stat, name); err != nil {
		return nil, err
	}
	return d.Disk.Stat(name)
}

// Mkdir implements [store.Disk].
func (d Faulty) Mkdir(name string, perm fs.FileMode) error {
	return first(d.fault(Mkdir, name), func() error { return d.Disk.Mkdir(name, perm) })
}

// Rename implements [store.Disk].
func (d Faulty) Rename(from, to string) error {
	if err := d.Fault(Rename, to); err != nil {
		return &os.LinkError{Op: string(Rename), Old: from, New: to, Err: err} // as os.Rename does
	}
	return d.Disk.Rename(from, to)
}

// Remove implements [store.Disk].
func (d Faulty) Remove(name string) error {
	return first(d.fault(Remove, name), func() error { return d.Disk.Remove(name) })
}

// SyncFolder implements [store.Disk].
func (d Faulty) SyncFolder(name string) error {
	return first(d.fault(SyncFolder, name), func() error { return d.Disk.SyncFolder(name) })
}

// Lock implements [store.Disk].
func (d Faulty) Lock(ctx context.Context, name string) (func() error, error) {
	if err := d.fault(Lock, name); err != nil {
		return nil, err
	}
	return d.Disk.Lock(ctx, name)
}

// first returns err, or does what comes then.
func first(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

type faultyFile struct {
	store.File
	disk Faulty
	name string
}

func (f *faultyFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.disk.fault(Read, f.name); err != nil {
		return 0, err
	}
	return f.File.ReadAt(b, at)
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.disk.fault(Write, f.name); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *faultyFile) Truncate(size int64) error {
	return first(f.disk.fault(Truncate, f.name), func() error { return f.File.Truncate(size) })
}

func (f *faultyFile) Chmod(mode fs.FileMode) error {
	return first(f.disk.fault(Chmod, f.name), func() error { return f.File.Chmod(mode) })
}

func (f *faultyFile) Chown(user, group int) error {
	return first(f.disk.fault(Chown, f.name), func() error { return f.File.Chown(user, group) })
}

func (f *faultyFile) Sync() error { return first(f.disk.fault(Sync, f.name), f.File.Sync) }
