//go:build amd64 || arm64

package listen

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// direct asks the kernel for what a socket does. The calls that net makes are
// those for files of every kind, which cost the kernel more.
type direct struct {
	op, name string
	// call and flags are what the kernel is asked.
	call, flags uintptr
	conn        *net.TCPConn
	// wait calls try until it is true, whenever the socket is ready. Both are
	// made once, so that no call makes a closure.
	wait func(func(uintptr) bool) error
	try  func(fd uintptr) bool

	more  uintptr
	p     []byte
	n     int
	errno syscall.Errno
}

// directly returns both directions, nil where c is no socket.
func directly(c net.Conn) (reads, writes *direct) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil, nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, nil
	}
	reads = &direct{op: "read", name: "recvfrom", call: syscall.SYS_RECVFROM, conn: tcp, wait: raw.Read}
	writes = &direct{op: "write", name: "sendto", call: syscall.SYS_SENDTO, flags: syscall.MSG_NOSIGNAL, conn: tcp, wait: raw.Write}
	reads.try, writes.try = reads.once, writes.whole
	return reads, writes
}

func (d *direct) takes(p []byte) bool { return d != nil && len(p) > 0 }

// ask does one call that does not wait, and reports whether the socket was ready.
// So the scheduler need not be told, as it is of calls that may take long.
func (d *direct) ask(fd uintptr) bool {
	for {
		n, _, errno := syscall.RawSyscall6(d.call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(d.p))), uintptr(len(d.p)),
			d.flags|d.more|syscall.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			d.p, d.n = d.p[n:], d.n+int(n)
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			d.errno = errno
			return true
		}
	}
}

func (d *direct) once(fd uintptr) bool { return d.ask(fd) }

func (d *direct) whole(fd uintptr) bool {
	for len(d.p) > 0 && d.errno == 0 {
		if !d.ask(fd) {
			return false
		}
	}
	return true
}

// do answers as the connection itself would.
func (d *direct) do(p []byte, more bool) (int, error) {
	d.p, d.n, d.errno, d.more = p, 0, 0, 0
	if more {
		d.more = syscall.MSG_MORE
	}
	err := d.wait(d.try)
	d.p = nil
	if err == nil && d.errno == 0 && d.n > 0 {
		return d.n, nil
	}
	return d.n, d.failure(err)
}

func (d *direct) failure(err error) error {
	if err == nil && d.errno == 0 {
		return io.EOF
	}
	if err == nil {
		return &net.OpError{
			Op: d.op, Net: d.conn.LocalAddr().Network(), Source: d.conn.LocalAddr(), Addr: d.conn.RemoteAddr(),
			Err: os.NewSyscallError(d.name, d.errno),
		}
	}
	if e := (*net.OpError)(nil); errors.As(err, &e) {
		e.Op = d.op
	}
	return err
}

// serverBuffer is the size of the buffer through which net/http answers.
const serverBuffer = 4096

// begins reports whether p is a full buffer that is sent together with what
// follows. Otherwise, each answer that is a little larger than the buffer goes
// in two segments, and to send one costs more than to make the answer.
func (d *direct) begins(p []byte) bool { return d != nil && len(p) == serverBuffer && follows(p) }

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

// push sends what still waits, at most the 200 ms that the kernel grants:
// nothing follows.
func (d *direct) push() {
	// Setting it again sends what is held. Where that fails, the kernel sends by
	// itself.
	_ = d.conn.SetNoDelay(true)
}
