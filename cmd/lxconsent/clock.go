//go:build !testclock

package main

import "time"

// clock is the time of day. A build with -tags testclock reads it from a file.
func clock() func() time.Time { return time.Now }
