package outbox

import (
	"errors"

	"github.com/leadiumx/consent/consent"
)

func late(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the node log did not answer in time", Fix: "try again with the same id", Err: err}
}

func closed() error {
	return consent.Fail(consent.Unavailable, "the node log is closed", "try again once the server is back")
}

// untaken is why an entry was not taken, to whoever brought it: no fault of the
// log is theirs, so they may bring it again.
func untaken(err error) error {
	if e := new(consent.Error); errors.As(err, &e) && e.Code != consent.Unavailable {
		return &consent.Error{Code: consent.Unavailable, Cause: e.Cause, Fix: e.Fix, Err: err}
	}
	return coded(err)
}

// fixOf is what helps against an error, if that is known.
func fixOf(err error) string {
	if e, ok := errors.AsType[*consent.Error](err); ok {
		return e.Fix
	}
	return ""
}

// coded gives every error a code; those of the domain pass unchanged.
func coded(err error) error {
	if err == nil || consent.CodeOf(err) != "" {
		return err
	}
	return unread(err)
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
