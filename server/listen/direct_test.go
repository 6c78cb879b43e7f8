package listen_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leadiumx/consent/server/listen"
)

// sockets is a connection of a listener with both ends on this machine.
func sockets(t *testing.T, with func(net.Listener) net.Listener) (ours net.Conn, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if ours, err = with(l).Accept(); err != nil {
		t.Fatal(err)
	}
	theirs, _ = c.(*net.TCPConn)
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

func TestACallFailsAsItDoesOnAPlainConnection(t *testing.T) {
	t.Parallel()
	read := func(c net.Conn) error {
		_, err := c.Read(make([]byte, 8))
		return err
	}
	for _, c := range []struct {
		name string
		call func(ours net.Conn, theirs *net.TCPConn) error
		want error
	}{
		{"read after the other end has closed", func(ours net.Conn, theirs *net.TCPConn) error {
			_ = theirs.Close()
			return read(ours)
		}, io.EOF},
		{"read after a reset", func(ours net.Conn, theirs *net.TCPConn) error {
			_ = theirs.SetLinger(0)
			_ = theirs.Close()
			return read(ours)
		}, syscall.ECONNRESET},
		{"read of a closed connection", func(ours net.Conn, _ *net.TCPConn) error {
			_ = ours.Close()
			return read(ours)
		}, net.ErrClosed},
		{"closed while it reads", func(ours net.Conn, _ *net.TCPConn) error {
			time.AfterFunc(10*time.Millisecond, func() { _ = ours.Close() })
			return read(ours)
		}, net.ErrClosed},
		{"read past the deadline", func(ours net.Conn, _ *net.TCPConn) error {
			_ = ours.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
			return read(ours)
		}, os.ErrDeadlineExceeded},
		{"write of a closed connection", func(ours net.Conn, _ *net.TCPConn) error {
			_ = ours.Close()
			_, err := ours.Write([]byte("x"))
			return err
		}, net.ErrClosed},
		{"write after the sending end was shut", func(ours net.Conn, _ *net.TCPConn) error {
			w, _ := ours.(interface{ CloseWrite() error })
			_ = w.CloseWrite()
			_, err := ours.Write([]byte("x"))
			return err
		}, syscall.EPIPE},
		{"write that nobody reads, past the deadline", func(ours net.Conn, _ *net.TCPConn) error {
			_ = ours.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
			for {
				if _, err := ours.Write(make([]byte, 32<<10)); err != nil {
					return err
				}
			}
		}, os.ErrDeadlineExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			of := func(with func(net.Listener) net.Listener) (err error, op string) {
				err = c.call(sockets(t, with))
				if e := (*net.OpError)(nil); errors.As(err, &e) {
					op = e.Op
				}
				return err, op
			}
			want, op := of(func(l net.Listener) net.Listener { return l })
			got, gotOp := of(listen.Lazily)
			if !errors.Is(want, c.want) || !errors.Is(got, c.want) {
				t.Errorf("error = %v, plain %v", got, want)
			}
			// Net/http goes by it. A call that is over before it begins has none.
			if gotOp != op && gotOp != "" {
				t.Errorf("operation = %q, plain %q", gotOp, op)
			}
		})
	}
}

func TestWhatSeveralWriteAtOnceComesWhole(t *testing.T) {
	t.Parallel()
	ours, theirs := sockets(t, listen.Lazily)
	const writers, each = 4, 200
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				// A letter, as often as its number of bytes says.
				n := 1 + (i*7919+w)%90_000
				if _, err := ours.Write(append(bytes.Repeat([]byte{'a' + byte(w)}, n), '\n')); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() {
		all.Wait()
		_ = ours.Close()
	}()
	text, err := io.ReadAll(theirs)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	if len(lines) != writers*each {
		t.Errorf("%d lines, want %d", len(lines), writers*each)
	}
	for _, line := range lines {
		if len(bytes.Trim(line, string(line[:1]))) > 0 {
			t.Fatal("two writes are mixed")
		}
	}
}

func TestWhatComesInPiecesIsRead(t *testing.T) {
	t.Parallel()
	ours, theirs := sockets(t, listen.Lazily)
	sent := bytes.Repeat([]byte("0123456789"), 100_000)
	go func() {
		for rest := sent; len(rest) > 0; {
			n := min(len(rest), 1+len(rest)%70_000)
			_, _ = theirs.Write(rest[:n])
			rest = rest[n:]
		}
		_ = theirs.CloseWrite()
	}()
	got, err := io.ReadAll(ours)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
	}
}
