package outbox

import (
	"errors"
	"sync/atomic"
	"syscall"

	"github.com/leadiumx/consent/consent"
)

// fence stops all writes for good once it is raised. After a failed fsync the
// kernel may have dropped pages that a later fsync would report as written, so
// no later write to this log can be believed.
type fence struct{ reason atomic.Pointer[consent.Error] }

func (f *fence) err() error {
	if e := f.reason.Load(); e != nil {
		return e
	}
	return nil
}

func (f *fence) raise(cause string, err error) error {
	f.reason.CompareAndSwap(nil, &consent.Error{
		Code: consent.Unavailable, Cause: cause + ", so the node log takes no more",
		Fix: "check the disk, then start the server again", Err: err,
	})
	return f.err()
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func full(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the disk of the data directory is full", Fix: "free some space; the server goes on by itself. Send the decision again with the same id", Err: err}
}

func late(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the node log did not answer in time", Fix: "try again with the same id", Err: err}
}

func closed() error {
	return consent.Fail(consent.Unavailable, "the node log is closed", "try again once the server is back")
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

// untaken is why an entry was not taken, to whoever brought it: no fault of the
// log is theirs, so they may bring it again.
func untaken(err error) error {
	if e := new(consent.Error); errors.As(err, &e) && e.Code != consent.Unavailable {
		return &consent.Error{Code: consent.Unavailable, Cause: e.Cause, Fix: e.Fix, Err: err}
	}
	return coded(err)
}

// coded gives every error a code; those of the domain pass unchanged.
func coded(err error) error {
	if err == nil || consent.CodeOf(err) != "" {
		return err
	}
	return unread(err)
}

func damaged(where string, err error) error {
	return &consent.Error{
		Code: consent.Invalid, Cause: "the node log is damaged: " + where,
		Fix: "it was left as it is. Keep a copy, restore the file from a backup, or move the folder away to start a new log: what the store already has stays there",
		Err: err,
	}
}

func notApplied(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the decision is on this server's disk and will reach the store, but has not yet", Fix: "send it again with the same id", Err: err}
}

func lost() error {
	return consent.Fail(consent.Unavailable, "the store has lost a decision that it had", "it is handed over again within a second or two; then try again")
}

func reused(id string) error {
	return consent.Fail(consent.IDReused, "the id "+id+" already stands for another decision", "make 16 new random bytes for each decision")
}

// named refuses names that no store takes.
func named(site, id, subject string) error {
	const limit = 512
	if site == "" || id == "" || len(site) > limit || len(id) > limit || len(subject) > limit {
		return consent.Fail(consent.Invalid, "a site, an id or a subject is empty or longer than 512 bytes", "send them as they were given")
	}
	return nil
}

func errInUse(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the node log is in use by another process", Fix: "stop the other process or give this one a data directory of its own", Err: err}
}
