//go:build unix

package redistest_test

import (
	"net"
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func answers(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func TestAServerLivesUntilItIsKilledAndComesBackOnTheSameAddress(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	if !answers(s.Addr) {
		t.Fatal("the started server does not answer")
	}
	s.Kill()
	s.Kill()
	if answers(s.Addr) {
		t.Fatal("the killed server answers")
	}
	s.Restart()
	if !answers(s.Addr) {
		t.Fatal("the restarted server does not answer")
	}
}

func TestAServerEndsWithItsTest(t *testing.T) {
	t.Parallel()
	var addr string
	t.Run("a test that starts a server", func(t *testing.T) { addr = redistest.Start(t).Addr })
	if answers(addr) {
		t.Fatal("the server outlived its test")
	}
}
