package listen_test

import (
	"net"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/listen"
)

// quick is a connection whose calls cost nothing.
type quick struct{ net.Conn }

func (quick) Read([]byte) (int, error)         { return 1, nil }
func (quick) Write(p []byte) (int, error)      { return len(p), nil }
func (quick) SetReadDeadline(time.Time) error  { return nil }
func (quick) SetWriteDeadline(time.Time) error { return nil }

type quickly struct{ net.Listener }

func (quickly) Accept() (net.Conn, error) { return quick{}, nil }

// BenchmarkRequest is what net/http asks of a connection for one request.
func BenchmarkRequest(b *testing.B) {
	c, err := listen.Limited(quickly{}).Accept()
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 2)
	for b.Loop() {
		_, _ = c.Read(buf)
		_ = c.SetReadDeadline(time.Time{})
		_ = c.SetReadDeadline(time.Time{})
		_ = c.SetReadDeadline(time.Time{})
		_, _ = c.Write(buf)
		_ = c.SetReadDeadline(time.Unix(1, 0))
		_, _ = c.Read(buf[:1])
		_ = c.SetReadDeadline(time.Time{})
		_ = c.SetWriteDeadline(time.Time{})
		_ = c.SetReadDeadline(time.Time{})
	}
}
