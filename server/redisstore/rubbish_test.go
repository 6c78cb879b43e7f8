package redisstore_test

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

// liar stands before Redis and answers for it once it has something to say.
type liar struct {
	net.Listener
	redis string
	says  atomic.Pointer[string]
}

func newLiar(t *testing.T, redis string) *liar {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	a := &liar{Listener: l, redis: redis}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go a.serve(client)
		}
	}()
	return a
}

func (a *liar) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", a.redis)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(client, server) }()
	for in := bufio.NewReader(client); ; {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		to, what := io.Writer(server), command
		// What a connection begins with is left to Redis, so that there are some.
		begins := strings.Contains(command, "\r\nhello\r\n") || strings.Contains(command, "\r\nclient\r\n")
		if says := a.says.Load(); says != nil && !begins {
			to, what = client, *says
		}
		if _, err := io.WriteString(to, what); err != nil {
			return
		}
	}
}

func readCommand(in *bufio.Reader) (string, error) {
	var all strings.Builder
	line := func() (int, error) {
		l, err := in.ReadString('\n')
		all.WriteString(l)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(strings.TrimSpace(l[1:]))
	}
	n, err := line()
	for range n {
		size, err := line()
		if err != nil {
			return "", err
		}
		if _, err := io.CopyN(&all, in, int64(size)+2); err != nil {
			return "", err
		}
	}
	return all.String(), err
}

func TestWhateverRedisAnswersEndsInAnErrorOrInNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, says := range []string{
		"$0\r\n\r\n", "$1\r\nc\r\n", "$3\r\np\x00\x01\r\n", "$8\r\n\x00\x00\x00\x04\xff\xff\xff\xff\r\n", "_\r\n", ":7\r\n", "+OK\r\n", "*0\r\n", "*1\r\n$0\r\n\r\n",
		"*2\r\n$1\r\ne\r\n$3\r\nabc\r\n", "%0\r\n", "%1\r\n$7\r\n1234567\r\n$0\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "-WHAT is this\r\n", "#t\r\n", "*-1\r\n", "$-1\r\n",
	} {
		t.Run(strconv.Quote(says), func(t *testing.T) {
			t.Parallel()
			l := newLiar(t, server.Addr)
			s := open(t, redisstore.Options{URLs: []string{"redis://" + l.Addr().String()}, Prefix: strconv.Quote(says)})
			here, away := inBucket("shop", 3, 1), inBucket("shop", 4, 1)
			away.Subject = here.Subject
			if _, _, err := s.Append(t.Context(), here); err != nil {
				t.Fatal(err)
			}
			l.says.Store(&says)
			ctx := t.Context()
			// Each is called for what it must not do, which is to panic.
			_, _, _ = s.Append(ctx, here)
			_, _, _ = s.Append(ctx, away)
			_ = s.AppendAll(ctx, []consent.Record{here, away, {ID: "nobody", Site: "shop"}})
			_, _ = s.Latest(ctx, "shop", here.Subject)
			_, _ = s.History(ctx, "shop", here.Subject)
			_, _ = s.Find(ctx, "shop", here.ID)
			_, _ = s.Arrivals(ctx, "shop", "", 10)
			_, _ = s.Before(ctx, "shop", "", 10)
			_, _ = s.Tail(ctx, "shop")
			_ = s.Export(ctx, "shop", func(consent.Record) error { return nil })
			_, _ = s.Counts(ctx, "shop", "2026-01-01", "2026-01-01")
			_ = s.Tombstones(ctx, func(consent.Tombstone) error { return nil })
			_, _ = s.Live(ctx)
			_, _ = s.Editions(ctx, "shop")
			_, _ = s.Documents(ctx, "kind", "", 10)
			_, _ = s.Notes(ctx, "journal", 0, 10)
			_, _ = s.Advance(ctx, "node", 1, 2)
			_, _ = s.Servers(ctx)
			_ = s.Erase(ctx, "shop", here.Subject, time.UnixMilli(9))
			_ = s.Ping(ctx)
		})
	}
}
