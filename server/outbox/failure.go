package outbox

import (
	"errors"
	"sync/atomic"
	"syscall"

	"github.com/leadiumx/consent/consent"
)

// Why the log takes nothing, and what helps: the dashboard says it in its languages.

// fence stops all writes for good once it is raised. After a failed fsync the
// kernel may have dropped pages that a later fsync would report as written, so
// no later write to this log can be believed.
type fence struct{ reason atomic.Pointer[consent.Error] }

// What helps when the disk failed, and when what it held is no longer there.
const (
	lookAtDisk = "check the disk, then start the server again"
	putBack    = "keep a copy of the folder, stop the server, restore the file from a backup or move the folder away, and start again: what the store already has stays there"
)

func (f *fence) err() error {
	if e := f.reason.Load(); e != nil {
		return e
	}
	return nil
}

func (f *fence) raise(cause, fix string, err error) error {
	f.reason.CompareAndSwap(nil, &consent.Error{
		Code: consent.Unavailable, Cause: cause + ", so the node log takes no more", Fix: fix, Err: err,
	})
	return f.err()
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func full(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the disk of the data directory is full", Fix: "free some space; the server goes on by itself. Send the decision again with the same id", Err: err}
}

func unread(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the node log cannot be read", Fix: "look at the server's log and disk", Err: err}
}

// unopened says nothing of what is in a file: it may be whole.
func unopened(name string, err error) error {
	return &consent.Error{
		Code: consent.Unavailable, Cause: "the node log's file " + name + " cannot be read",
		Fix: "look at the disk, at the rights of the file and at how many files this process may open", Err: err,
	}
}

func damaged(where string, err error) error {
	return &consent.Error{
		Code: consent.Invalid, Cause: "the node log is damaged: " + where,
		Fix: "it was left as it is. Keep a copy, restore the file from a backup, or move the folder away to start a new log: what the store already has stays there",
		Err: err,
	}
}
