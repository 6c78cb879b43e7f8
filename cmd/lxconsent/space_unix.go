//go:build linux || darwin

package main

import "syscall"

// freeSpace is how many bytes may be written to the disk of a folder.
func freeSpace(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true
}

// diskSize is how many bytes the disk of a folder holds.
func diskSize(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Blocks * uint64(s.Bsize), true
}
