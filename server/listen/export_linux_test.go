//go:build amd64 || arm64

package listen

// Follows is for the tests.
func Follows(p []byte) bool { return follows(p) }
