//go:build unix

// Package redistest starts real Redis servers for tests.
package redistest

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is how long a server may take until it accepts connections.
const patience = 20 * time.Second

// Server is a Redis server of its own on a free loopback port, with its data
// in a temporary folder and every write in its append-only file. It ends with
// the test, and with the test program if that dies.
type Server struct {
	// Addr is host:port; it stays the same over restarts.
	Addr string

	t    testing.TB
	dir  string
	args []string
	// conf is the file of a sentinel.
	conf string
	// tls says that the server speaks nothing but TLS.
	tls bool

	mu   sync.Mutex
	cmd  *exec.Cmd
	gone chan struct{}
}

// Start starts a server with further settings, such as "--requirepass", "x".
// The test fails when redis-server is not installed.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return startOn(t, freeAddr, args)
}

// StartTLS starts a server that speaks TLS alone; args name its certificate.
func StartTLS(t testing.TB, args ...string) *Server {
	t.Helper()
	return (&Server{t: t, dir: t.TempDir(), args: args, tls: true}).begin(freeAddr)
}

func startOn(t testing.TB, pick func() (string, error), args []string) *Server {
	t.Helper()
	return (&Server{t: t, dir: t.TempDir(), args: args}).begin(pick)
}

func (s *Server) begin(pick func() (string, error)) *Server {
	t := s.t
	t.Helper()
	t.Cleanup(s.Kill)
	var err error
	// Another program may take the free port before the server does.
	for range 5 {
		if s.Addr, err = pick(); err != nil {
			break
		}
		if err = s.start(); err == nil {
			return s
		}
	}
	t.Fatalf("redis-server did not start: %v", err)
	return nil
}

// URL is the server's address as redis://host:port.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Client speaks to the server beside the store, without TLS; it is closed with the test.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: s.Addr})
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// Set changes a setting of the running server.
func (s *Server) Set(name, value string) { s.must("CONFIG SET " + name + " " + value) }

// Kill ends the server at once, as kill -9 does, and waits until it is gone.
// Killing it again does nothing.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	// The server leads its own process group; children that rewrite its file
	// end with it.
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.gone
	s.cmd = nil
}

// Restart kills the server and starts it again on the same port and data.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.start(); err != nil {
		s.t.Fatalf("redis-server did not start again: %v", err)
	}
}

// Pause stops the server as SIGSTOP does: connections stay, answers do not
// come. Resume lets it go on.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(sig)
	}
}

func (s *Server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatalf("redis-server is not installed: install it, for example with `apt-get install redis-server`, and run the tests again (%v)", err)
	}
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return err
	}
	base := []string{"--bind", host, "--port", port, "--dir", s.dir, "--save", "", "--appendonly", "yes", "--daemonize", "no"}
	if s.tls {
		base = append(base, "--port", "0", "--tls-port", port)
	}
	if s.conf != "" {
		base = []string{s.conf, "--sentinel", "--bind", host, "--port", port, "--dir", s.dir}
	}
	cmd := exec.Command(path, append(base, s.args...)...)
	cmd.SysProcAttr = ownGroup()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.gone = cmd, make(chan struct{})
	ready := make(chan string, 1)
	go watch(cmd, out, ready, s.gone)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case said := <-ready:
		if said == "" {
			return nil
		}
		<-s.gone
		s.cmd = nil
		return fmt.Errorf("it ended: %s", said)
	case <-timer.C:
		return fmt.Errorf("it was not ready after %v", patience)
	}
}

// watch tells ready "" once the server accepts connections, or its last words
// when it ended before, and closes gone when the process has ended.
func watch(cmd *exec.Cmd, out io.Reader, ready chan<- string, gone chan<- struct{}) {
	lines, told, last := bufio.NewScanner(out), false, "without a word"
	for lines.Scan() {
		last = lines.Text()
		if !told && (strings.Contains(last, "eady to accept connections") || strings.Contains(last, "+monitor")) {
			ready <- ""
			told = true
		}
	}
	_ = cmd.Wait()
	if !told {
		ready <- last
	}
	close(gone)
}

// FreeAddr is a loopback address on which nobody listens.
func FreeAddr(t testing.TB) string {
	t.Helper()
	addr, err := freeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// freeAddr picks a port below those that the system itself gives to whoever
// connects or asks for any port: nobody takes it by chance before its user. The
// bus of a cluster, 10,000 higher, is below them as well.
func freeAddr() (string, error) {
	var err error
	for range 100 {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(12000+rand.IntN(10000)))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", err
}
