package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// unread is the failure to read a file that the command line names.
func unread(what, path string, err error) error {
	return &consent.Error{Code: consent.Invalid, Cause: what + " " + path + " cannot be read", Fix: "check the path, and that this user may read the file", Err: err}
}

// open opens a file that the command line names, or the standard input for -.
func (s streams) open(what, path string) (io.ReadCloser, error) {
	if path == "-" {
		if s.in == nil {
			return io.NopCloser(strings.NewReader("")), nil
		}
		return io.NopCloser(s.in), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unread(what, path, err)
	}
	return f, nil
}

// read reads it to its end.
func (s streams) read(what, path string) ([]byte, error) {
	f, err := s.open(what, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, unread(what, path, err)
	}
	return b, nil
}

// called is how a file is spoken of that open opens.
func called(path string) string {
	if path == "-" {
		return "the standard input"
	}
	return path
}

// piped reports whether another program writes to the standard input.
func (s streams) piped() bool {
	f, ok := s.in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// unwritten is the failure to write one.
func unwritten(what, path string, err error) error {
	return &consent.Error{Code: consent.Invalid, Cause: what + " " + path + " cannot be written", Fix: "check the path, the rights of its folder and the room on its disk", Err: err}
}

// readToken reads the operator's token from a file, or takes the one that was
// given where no file is named.
func readToken(path, given string) (string, error) {
	if path == "" {
		return given, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", &consent.Error{Code: consent.Invalid, Cause: "the API token file " + path + " cannot be read", Fix: "check the path, and that this user may read the file; make one with `openssl rand -hex 32`", Err: err}
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", consent.Fail(consent.Invalid, "the API token file "+path+" is empty", "write at least 32 characters into it, such as those of `openssl rand -hex 32`")
	}
	return token, nil
}

// replaceSynced puts a file in the place of another at once, so that no reader
// sees half of it, also not after a crash.
func replaceSynced(path string, b []byte) error {
	next := path + ".new"
	if err := writeSynced(next, b, os.O_TRUNC); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// writeSynced writes a file that only this user may read; how says whether one
// may be there.
func writeSynced(path string, b []byte, how int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Chmod(0o600), f.Sync(), f.Close())
}
