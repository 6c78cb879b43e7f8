//go:build testclock

package main

import (
	"os"
	"strings"
	"time"
)

// clock reads the time, in RFC 3339, from the file that LXCONSENT_TEST_CLOCK
// names, at every call; without it, or while it cannot be read, it is the time
// of day. Release builds do not contain this file.
func clock() func() time.Time {
	path := os.Getenv("LXCONSENT_TEST_CLOCK")
	return func() time.Time {
		b, err := os.ReadFile(path)
		if err != nil {
			return time.Now()
		}
		t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(b)))
		if err != nil {
			return time.Now()
		}
		return t
	}
}
