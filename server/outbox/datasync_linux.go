package outbox

import (
	"os"
	"syscall"
)

// datasync is fsync without what nobody needs to read the file again, such as when
// it was written. did is false where it was not tried.
func datasync(f any) (did bool, err error) {
	of, ok := f.(syscall.Conn)
	if !ok {
		return false, nil
	}
	raw, err := of.SyscallConn()
	if err != nil {
		return false, nil
	}
	var said error
	err = raw.Control(func(fd uintptr) {
		for {
			if said = syscall.Fdatasync(int(fd)); said != syscall.EINTR {
				return
			}
		}
	})
	if err != nil {
		return false, nil
	}
	return true, os.NewSyscallError("fdatasync", said)
}
