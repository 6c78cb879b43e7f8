//go:build unix

// Package live runs the real consent server, and the real programs in front of
// it, for tests.
package live

import (
	"bytes"
	"io"
	"net"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// patience is how long a program may take to start or to stop.
const patience = 20 * time.Second

// Process is a program with its children in a process group of its own. It
// ends with the test, and with the test program if that dies.
type Process struct {
	t    testing.TB
	cmd  *exec.Cmd
	said *transcript
	gone chan struct{}
}

// Run starts a program. Its output goes also to out, unless that is nil.
func Run(t testing.TB, cmd *exec.Cmd, out io.Writer) *Process {
	t.Helper()
	p := &Process{t: t, cmd: cmd, said: &transcript{also: out}, gone: make(chan struct{})}
	cmd.SysProcAttr = ownGroup()
	cmd.Stdout, cmd.Stderr = p.said, p.said
	// A child that inherits the output must not keep Wait from returning.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s did not start: %v", cmd.Path, err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.gone)
	}()
	t.Cleanup(p.Stop)
	return p
}

// Stop asks the program to end, kills it if it does not, and waits until it
// and its children are gone. Stopping it again does nothing.
func (p *Process) Stop() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.gone:
	case <-timer.C:
		p.t.Errorf("%s did not end in time", p.cmd.Path)
	}
	// The group stays addressable while a child of the program is in it.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.gone
}

// Kill ends the program as kill -9 does, and waits until it is gone.
func (p *Process) Kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.gone
}

// Gone is closed when the program has ended.
func (p *Process) Gone() <-chan struct{} { return p.gone }

// Said is what the program has written so far.
func (p *Process) Said() string { return p.said.String() }

// Await waits until a TCP connection to addr is accepted, and fails the test
// when the program ends before or it takes too long.
func (p *Process) Await(addr string) {
	p.t.Helper()
	limit, again := time.NewTimer(patience), time.NewTicker(10*time.Millisecond)
	defer limit.Stop()
	defer again.Stop()
	for {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		select {
		case <-p.gone:
			p.t.Fatalf("%s ended:\n%s", p.cmd.Path, p.Said())
		case <-limit.C:
			p.t.Fatalf("%s does not listen on %s:\n%s", p.cmd.Path, addr, p.Said())
		case <-again.C:
		}
	}
}

// FreeAddr finds a loopback address with a free port.
func FreeAddr(t testing.TB) string {
	t.Helper()
	return redistest.FreeAddr(t)
}

// transcript keeps what a program says.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
	also io.Writer
}

func (w *transcript) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(b)
	if w.also != nil {
		// A reader that is no longer there must not stop the program.
		_, _ = w.also.Write(b)
	}
	return len(b), nil
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
