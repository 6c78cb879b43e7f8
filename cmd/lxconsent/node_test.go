package main

import "testing"

func TestOnASmallDiskTheNodeLogLeavesTheStoreRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		disk    uint64
		segment int
		reserve int64
	}{
		{0, 0, 0}, {1 << 40, 0, 0}, {1 << 30, 0, 0},
		{512 << 20, 8 << 20, 16 << 20}, {64 << 20, 1 << 20, 2 << 20}, {1 << 20, 256 << 10, 512 << 10},
	} {
		if segment, reserve := logSizes(c.disk); segment != c.segment || reserve != c.reserve {
			t.Errorf("a disk of %d bytes: files of %d and a reserve of %d, want %d and %d", c.disk, segment, reserve, c.segment, c.reserve)
		}
	}
}
