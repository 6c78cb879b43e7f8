package main

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"

	"github.com/leadiumx/consent/consent"
)

// listenOn opens the address of a flag, or says what is wrong with it.
func listenOn(flag, addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l, nil
	}
	fix := "write it as :8080, 127.0.0.1:8080 or [::1]:8080"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		fix = "stop the program that listens there, or choose another port with " + flag
	case errors.Is(err, syscall.EACCES):
		fix = "choose a port above 1023, or let the program use lower ones: setcap cap_net_bind_service=+ep on its file"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		fix = "name an address that this machine has, or leave it out to listen on all: :8080"
	}
	return nil, &consent.Error{Code: consent.Unavailable, Cause: "the address " + addr + " of " + flag + " cannot be listened on", Fix: fix, Err: err}
}

// usable makes a data directory when it is missing, and proves that it can be
// written to.
func usable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		fix := "give its parent to the user that runs this, or name another with --data-dir"
		if info, look := os.Stat(dir); look == nil && !info.IsDir() {
			fix = "it is a file: name a directory with --data-dir"
		}
		return &consent.Error{Code: consent.Invalid, Cause: "the data directory " + dir + " cannot be made", Fix: fix, Err: err}
	}
	return probed(dir)
}

// probed writes a file into a directory and takes it away again.
func probed(dir string) error {
	probe, err := os.CreateTemp(dir, ".probe-")
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		// A full disk takes nothing for now; what it holds is served.
		return nil
	}
	if err != nil {
		return &consent.Error{
			Code: consent.Invalid, Cause: "the data directory " + dir + " cannot be written to",
			Fix: "give it to the user that runs this, and check that the disk is not full or read-only", Err: err,
		}
	}
	err = errors.Join(probe.Sync(), probe.Close(), os.Remove(probe.Name()))
	if err != nil {
		return &consent.Error{Code: consent.Unavailable, Cause: "the disk of the data directory " + dir + " fails", Fix: "check the disk", Err: err}
	}
	return nil
}

// badKeyFile says what is wrong with the file of the signing keys. A missing
// file is left to the caller.
func badKeyFile(path, cause string, err error) error {
	fix := "put it back from your backup, or from another server. Move it away only if there is none: with new keys every cookie is void, and visitors are asked again"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fix = "name the file with --key-file, or the server's data directory with --data-dir; serve makes it on its first start. If it is gone, " + fix
	case errors.Is(err, fs.ErrPermission):
		fix = "give it to the user that runs this, with mode 0600"
	case errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR):
		fix = "name a file with --key-file"
	}
	return &consent.Error{Code: consent.Invalid, Cause: "the key file " + path + " " + cause, Fix: fix, Err: err}
}
