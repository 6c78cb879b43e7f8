package main

import "runtime/debug"

// The server keeps little in memory and makes much that is soon forgotten: a
// heap of 9 MB is filled anew several times a second, and each time it is
// collected, requests wait. The floor is memory that nobody touches, so that it
// takes no room, but that counts when the heap is measured: a small heap is
// collected seldom, and a large one grows by no more than garbagePercent.
const (
	garbagePercent = 200
	heapFloor      = 32 << 20
)

// widenHeap returns the floor, which must be kept as long as the server runs;
// none when the operator set GOGC, which goes before it.
func widenHeap(gogc string) []byte {
	if gogc != "" {
		return nil
	}
	debug.SetGCPercent(garbagePercent)
	return make([]byte, heapFloor)
}
