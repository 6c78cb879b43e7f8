package listen

import (
	"bytes"
	"net"
	"strconv"
	"syscall"
)

// serverBuffer is the size of the buffer through which net/http answers.
const serverBuffer = 4096

// sender writes full buffers in a way that the kernel sends together with what
// follows. Without it, each answer that is a little larger than the buffer goes
// in two segments, and to send one costs more than to make the answer.
type sender struct {
	raw  syscall.RawConn
	push func(bool) error
	// try is one attempt to write p; made once, so that a write makes no closure.
	try func(fd uintptr) bool
	p   []byte
	n   int
	err error
}

func newSender(c net.Conn) *sender {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	s := &sender{raw: raw, push: tcp.SetNoDelay}
	s.try = func(fd uintptr) bool {
		n, err := syscall.SendmsgN(int(fd), s.p, nil, nil, syscall.MSG_MORE)
		switch err {
		case syscall.EAGAIN:
			return false
		case syscall.EINTR:
			err = nil
		}
		n = max(n, 0)
		s.p, s.n, s.err = s.p[n:], s.n+n, err
		return err != nil || len(s.p) == 0
	}
	return s
}

func (s *sender) takes(p []byte) bool { return s != nil && len(p) == serverBuffer && follows(p) }

// follows reports whether a full buffer is the beginning of an answer of which
// more follows, as its head says. A stream has no length there: what it flushes
// goes out at once, whatever its size.
func follows(p []byte) bool {
	head, body, whole := bytes.Cut(p, []byte("\r\n\r\n"))
	_, rest, declared := bytes.Cut(head, []byte("\r\nContent-Length: "))
	if !whole || !declared || !bytes.HasPrefix(p, []byte("HTTP/1.1 ")) {
		return false
	}
	text, _, _ := bytes.Cut(rest, []byte("\r\n"))
	n, err := strconv.Atoi(string(text))
	return err == nil && n > len(body)
}

func (s *sender) write(p []byte) (int, error) {
	s.p, s.n, s.err = p, 0, nil
	err := s.raw.Write(s.try)
	s.p = nil
	if s.err != nil {
		err = s.err
	}
	return s.n, err
}

// end sends what still waits, at most the 200 ms that the kernel grants:
// nothing follows.
func (s *sender) end() {
	// Setting it again sends what is held. Where that fails, the kernel sends by
	// itself.
	_ = s.push(true)
}
