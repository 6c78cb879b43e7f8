package main

import "github.com/leadiumx/consent/consent"

// unread is the failure to read a file that the command line names.
func unread(what, path string, err error) error {
	return &consent.Error{Code: consent.Invalid, Cause: what + " " + path + " cannot be read", Fix: "check the path, and that this user may read the file", Err: err}
}

// unwritten is the failure to write one.
func unwritten(what, path string, err error) error {
	return &consent.Error{Code: consent.Invalid, Cause: what + " " + path + " cannot be written", Fix: "check the path, the rights of its folder and the room on its disk", Err: err}
}
