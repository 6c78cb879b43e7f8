//go:build !linux || !(amd64 || arm64)

package listen

import "net"

// direct is for kernels that are known; see direct_linux.go.
type direct struct{}

func directly(net.Conn) (reads, writes *direct)         { return nil, nil }
func (*direct) takes([]byte) bool                       { return false }
func (*direct) begins([]byte) bool                      { return false }
func (*direct) do(p []byte, _ bool) (done int, _ error) { return len(p), nil }
func (*direct) push()                                   {}
