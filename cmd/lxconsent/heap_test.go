package main

import "testing"

// What counts for the operator is that their own setting stays as it is.
func TestTheHeapHasAFloorUnlessTheOperatorSetGOGC(t *testing.T) {
	t.Parallel()
	if floor := widenHeap(""); len(floor) != heapFloor {
		t.Errorf("floor of %d bytes, want %d", len(floor), heapFloor)
	}
	for _, set := range []string{"100", "off"} {
		if floor := widenHeap(set); floor != nil {
			t.Errorf("GOGC=%s: floor of %d bytes, want none", set, len(floor))
		}
	}
}
