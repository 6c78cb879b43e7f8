package listen_test

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"

	"github.com/leadiumx/consent/server/listen"
)

func TestConnectionsBeyondTheRoomWaitUntilOneHasEnded(t *testing.T) {
	alone(t, func(t *testing.T) {
		p := make(pipes, 3)
		l := listen.Bounded(p, 2)
		accepted := make(chan net.Conn)
		go func() {
			defer close(accepted)
			for {
				c, err := l.Accept()
				if err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Error(err)
					}
					return
				}
				accepted <- c
			}
		}()
		for range 3 {
			c := p.dial()
			defer c.Close()
		}
		first, second := <-accepted, <-accepted
		synctest.Wait()
		select {
		case <-accepted:
			t.Fatal("a third was let in")
		default:
		}
		// A connection that is closed twice leaves once.
		_, _ = first.Close(), first.Close()
		third := <-accepted
		synctest.Wait()
		select {
		case <-accepted:
			t.Fatal("a fourth was let in")
		default:
		}
		// It waits for room, and hears of the end.
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, more := <-accepted; more {
			t.Fatal("one was let in behind the end")
		}
		_, _ = second.Close(), third.Close()
	})
}

func TestAPartOfTheFilesIsForThoseOfTheProcess(t *testing.T) {
	t.Parallel()
	for files, want := range map[int]int{0: 0, 32: 1, 200: 136, 1024: 768, 4096: 3072, 524288: 523264} {
		if got := listen.RoomFor(files); got != want {
			t.Errorf("with %d files there are %d connections, want %d", files, got, want)
		}
	}
}
