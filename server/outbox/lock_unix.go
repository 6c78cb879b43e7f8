//go:build unix

package outbox

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lock takes the folder for this process alone; the kernel lets go of it when
// the process ends, however it ends.
func lock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, errInUse(err)
	}
	return f, nil
}

// unlock lets go of the folder. Closing alone would not do while a child that
// this process is just starting still holds a copy.
func unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}
