package boltstore

import (
	"errors"

	"github.com/leadiumx/consent/consent"
)

// failure gives every error a code; those of the domain pass unchanged.
func failure(err error) error {
	if err == nil || consent.CodeOf(err) != "" {
		return err
	}
	if errors.Is(err, consent.ErrDamaged) {
		return &consent.Error{Code: consent.Unavailable, Cause: "something in the file cannot be read", Fix: "look with `lxconsent ledger verify` what was done, and restore it from a backup", Err: err}
	}
	return &consent.Error{Code: consent.Unavailable, Cause: "the store could not do it", Fix: "try again; if it goes on, look at the server's log and disk", Err: err}
}

func late(err error) error {
	return &consent.Error{Code: consent.Unavailable, Cause: "the store did not answer in time", Fix: "try again with the same id", Err: err}
}
