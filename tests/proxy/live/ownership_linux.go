package live

import "syscall"

// ownGroup gives a program a process group of its own and ends it with the
// test program, even when that panics or is killed.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
