package outbox

import (
	"os"
	"path/filepath"
	"syscall"
)

// lock takes the folder for this process alone: nobody else can open the file
// while it is open here.
func lock(dir string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, errInUse(err)
	}
	return os.NewFile(uintptr(h), "lock"), nil
}

// unlock lets go of the folder.
func unlock(f *os.File) error { return f.Close() }
