//go:build amd64 || arm64

package listen_test

import (
	"testing"

	"github.com/leadiumx/consent/server/listen"
)

func TestOnlyTheBeginningOfALongerAnswerWaitsForMore(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	for _, c := range []struct {
		name, buffer string
		want         bool
	}{
		{"more follows", head + "Content-Length: 8\r\nDate: x\r\n\r\n1234567", true},
		{"nothing follows", head + "Content-Length: 7\r\n\r\n1234567", false},
		{"a stream may be flushed", head + "Transfer-Encoding: chunked\r\n\r\n7\r\n1234567\r\n", false},
		{"an answer may end with its connection", head + "\r\n1234567", false},
		{"a body that looks like a head", head + "\r\nContent-Length: 99\r\n\r\n", false},
		{"a head that is cut", head + "Content-Length: 99\r\nX: ", false},
		{"the middle of a body", "1234\r\nContent-Length: 99\r\n\r\n", false},
		{"no number", head + "Content-Length: 9x\r\n\r\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := listen.Follows([]byte(c.buffer)); got != c.want {
				t.Errorf("more follows: %v", got)
			}
		})
	}
}
