//go:build !linux && !darwin

package main

// freeSpace is not known here.
func freeSpace(string) (uint64, bool) { return 0, false }

// diskSize is not known here.
func diskSize(string) (uint64, bool) { return 0, false }
