package main

import "strconv"

// counted writes a number with its noun: 1 fault, 2 faults.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
