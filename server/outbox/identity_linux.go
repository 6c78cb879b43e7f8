package outbox

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// identity says which file this is: where it is, when it was last written or
// moved, which no program can set, and since which start of the machine.
func identity(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	st, ok := info.Sys().(*syscall.Stat_t)
	if err != nil || !ok {
		return ""
	}
	return fmt.Sprintf("%s %d %d %d.%09d", strings.TrimSpace(string(boot)), st.Dev, st.Ino, st.Ctim.Sec, st.Ctim.Nsec)
}
