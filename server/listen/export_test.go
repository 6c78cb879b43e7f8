package listen

import (
	"net"
	"time"
)

// Lazily returns the listener with connections of which the callers set the
// deadlines.
func Lazily(l net.Listener) net.Listener { return listener{l, newHolds(), limits{}} }

// Limited returns the listener with connections as Serve has them.
func Limited(l net.Listener) net.Listener {
	return listener{l, newHolds(), limits{time.Minute, time.Minute, time.Minute, time.Minute}}
}

// Tested is tested.
func Tested(version string) bool { return tested(version) }
