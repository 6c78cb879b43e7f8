package listen

// Follows is for the tests.
func Follows(p []byte) bool { return follows(p) }
