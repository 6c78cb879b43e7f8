//go:build linux || darwin

package listen

import (
	"math"
	"syscall"
)

// mayOpen is how many files this process may have open, 0 where that is not known.
func mayOpen() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || uint64(l.Cur) > math.MaxInt32 {
		return 0
	}
	return int(l.Cur)
}
