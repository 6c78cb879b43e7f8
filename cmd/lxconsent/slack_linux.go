package main

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// Go's run time has a thread that watches for calls which keep a processor. While
// writes wait for their disk it looks every 20 us, or every 70 with the precision of
// timers that Linux gives by default. Where it shares a lone processor with the
// requests, that takes a tenth of it. The precision is a thread's own, is inherited,
// and that thread is older than main: so the program is begun again with another.
//
// Timers go off at most so much later, and a call of the system keeps the processor
// at most twice as long.
const slack = 500 * time.Microsecond

// defaultSlack is that of Linux. Where it is another, somebody chose it, or we did.
const defaultSlack = 50 * time.Microsecond

// timerSlack is the precision of this thread.
func timerSlack() time.Duration {
	n, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_TIMERSLACK, 0, 0)
	if errno != 0 {
		return 0
	}
	return time.Duration(n)
}

// relax begins the program again with less precise timers, if it has one processor
// alone. Else, or where that cannot be, it returns.
func relax(processors int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if processors > 1 || timerSlack() != defaultSlack {
		return
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_TIMERSLACK, uintptr(slack), 0); errno != 0 {
		return
	}
	// It only returns when it fails. All works as before then.
	_ = syscall.Exec("/proc/self/exe", os.Args, os.Environ())
}
