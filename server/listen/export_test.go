package listen

import (
	"net"
	"time"
)

// Lazily returns the listener with connections of which the callers set the
// deadlines.
func Lazily(l net.Listener) net.Listener { return listener{l, newHolds(), limits{}, newRoom(0)} }

// Limited returns the listener with connections as Serve has them.
func Limited(l net.Listener) net.Listener {
	return listener{l, newHolds(), limits{time.Minute, time.Minute, time.Minute, time.Minute}, newRoom(0)}
}

// Tested is tested.
func Tested(version string) bool { return tested(version) }

// Bounded returns the listener with room for so many connections.
func Bounded(l net.Listener, most int) net.Listener {
	return listener{l, newHolds(), limits{}, newRoom(most)}
}

// RoomFor is how many connections there are with so many files.
var RoomFor = roomFor
