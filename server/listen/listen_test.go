package listen_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/server/listen"
)

// pipes is a listener whose clients are in this process, so that time can be
// the test's own.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	client, server := net.Pipe()
	p <- server
	return client
}

// pair is a connection with lazy deadlines, and its other end.
func pair(t *testing.T) (ours, theirs net.Conn) {
	t.Helper()
	p := make(pipes, 1)
	theirs = p.dial()
	ours, err := listen.Lazily(p).Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	return ours, theirs
}

// alone runs a test with a clock of its own.
func alone(t *testing.T, test func(*testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, test)
}

func TestACallEndsAtTheDeadlineThatHolds(t *testing.T) {
	t.Parallel()
	second := time.Second
	for _, c := range []struct {
		name string
		// before are deadlines that were set and then replaced.
		before []time.Duration
		last   time.Duration
	}{
		{"the only one", nil, 5 * second},
		{"a later one", []time.Duration{5 * second}, 60 * second},
		{"an earlier one", []time.Duration{60 * second}, 5 * second},
		{"a later one after none", []time.Duration{5 * second, -1}, 10 * second},
		{"many that move on", []time.Duration{5 * second, 6 * second, 7 * second}, 8 * second},
		{"one in the past", []time.Duration{60 * second}, -5 * second},
	} {
		for name, call := range map[string]func(net.Conn) (int, error){
			"read":  func(c net.Conn) (int, error) { return c.Read(make([]byte, 8)) },
			"write": func(c net.Conn) (int, error) { return c.Write([]byte("nobody reads")) },
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				alone(t, func(t *testing.T) {
					ours, _ := pair(t)
					start := time.Now()
					set := func(d time.Duration) {
						at := start.Add(d)
						if d == -1 {
							at = time.Time{}
						}
						if err := ours.SetDeadline(at); err != nil {
							t.Fatal(err)
						}
					}
					// Each of the earlier ones has been armed once.
					for _, d := range c.before {
						set(d)
						ended := make(chan error, 1)
						go func() { _, err := call(ours); ended <- err }()
						synctest.Wait()
						if err := ours.SetDeadline(time.Unix(1, 0)); err != nil {
							t.Fatal(err)
						}
						if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
							t.Fatalf("an aborted call ends with %v", err)
						}
					}
					set(c.last)
					if _, err := call(ours); !errors.Is(err, os.ErrDeadlineExceeded) {
						t.Errorf("error = %v, want a deadline", err)
					}
					if got, want := time.Since(start), max(c.last, 0); got != want {
						t.Errorf("ended after %s, want %s", got, want)
					}
				})
			})
		}
	}
}

func TestACallUnderWayHeedsADeadlineThatIsMoved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		first, then time.Duration
		want        time.Duration
	}{
		{"nearer", 60 * time.Second, 2 * time.Second, 2 * time.Second},
		{"further", 2 * time.Second, 60 * time.Second, 60 * time.Second},
		{"into the past", 60 * time.Second, -time.Second, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			alone(t, func(t *testing.T) {
				ours, _ := pair(t)
				start := time.Now()
				_ = ours.SetReadDeadline(start.Add(c.first))
				time.AfterFunc(time.Second, func() { _ = ours.SetReadDeadline(start.Add(c.then)) })
				_, err := ours.Read(make([]byte, 1))
				if got := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || got != c.want {
					t.Errorf("ended after %s with %v, want after %s", got, err, c.want)
				}
			})
		})
	}
}

func TestADeadlineThatIsTakenAwayEndsNothing(t *testing.T) {
	alone(t, func(t *testing.T) {
		ours, theirs := pair(t)
		_ = ours.SetReadDeadline(time.Now().Add(time.Second))
		time.AfterFunc(time.Millisecond, func() { _ = ours.SetReadDeadline(time.Time{}) })
		time.AfterFunc(time.Hour, func() { _, _ = theirs.Write([]byte("late")) })
		b := make([]byte, 8)
		if n, err := ours.Read(b); err != nil || string(b[:n]) != "late" {
			t.Errorf("read %q, %v", b[:n], err)
		}
	})
}

func TestAWriteGoesOnWhereAnEarlierDeadlineStoppedIt(t *testing.T) {
	alone(t, func(t *testing.T) {
		ours, theirs := pair(t)
		_ = ours.SetWriteDeadline(time.Now().Add(2 * time.Second))
		time.AfterFunc(time.Second, func() { _ = ours.SetWriteDeadline(time.Now().Add(time.Minute)) })
		go func() {
			n, err := ours.Write([]byte("one two three"))
			if n != 13 || err != nil {
				t.Errorf("wrote %d, %v", n, err)
			}
			_ = ours.Close()
		}()
		got := make([]byte, 4)
		_, _ = io.ReadFull(theirs, got)
		time.Sleep(10 * time.Second)
		rest, _ := io.ReadAll(theirs)
		if text := string(got) + string(rest); text != "one two three" {
			t.Errorf("read %q, want each byte once", text)
		}
	})
}
