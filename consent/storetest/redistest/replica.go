//go:build unix

package redistest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// StartReplica starts a server that follows another one, and waits until it does.
func StartReplica(t testing.TB, of *Server, args ...string) *Server {
	t.Helper()
	host, port, _ := net.SplitHostPort(of.Addr)
	// A primary waits some seconds for more replicas before it sends its data.
	of.must("CONFIG SET repl-diskless-sync-delay 0")
	s := Start(t, append([]string{"--replicaof", host + " " + port}, args...)...)
	s.await("INFO replication", "master_link_status:up")
	return s
}

// Promote makes a replica a primary of its own.
func (s *Server) Promote() { s.must("REPLICAOF NO ONE") }

// Follow makes a server the replica of another one.
func (s *Server) Follow(of *Server) {
	host, port, _ := net.SplitHostPort(of.Addr)
	s.must("REPLICAOF " + host + " " + port)
}

// Role is what the server takes itself for: master or slave. It is empty while the
// server does not say, as when it changes.
func (s *Server) Role() string {
	said, _ := s.ask("INFO replication")
	for line := range strings.Lines(said) {
		if role, ok := strings.CutPrefix(line, "role:"); ok {
			return strings.TrimSpace(role)
		}
	}
	return ""
}

// StartSentinel starts a sentinel that watches a primary under a name, and
// returns its address once it knows the primary's replicas.
func StartSentinel(t testing.TB, name string, primary *Server, replicas int) string {
	t.Helper()
	host, port, _ := net.SplitHostPort(primary.Addr)
	// A sentinel writes into its file.
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	text := fmt.Sprintf("sentinel monitor %s %s %s 1\nsentinel down-after-milliseconds %s 500\nsentinel failover-timeout %s 3000\n", name, host, port, name, name)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := (&Server{t: t, dir: t.TempDir(), conf: conf}).begin(freeAddr)
	s.await("INFO sentinel", fmt.Sprintf("slaves=%d,", replicas))
	return s.Addr
}

// await asks until the answer holds a text.
func (s *Server) await(command, want string) {
	s.t.Helper()
	tick, late := time.NewTicker(50*time.Millisecond), time.NewTimer(patience)
	defer tick.Stop()
	defer late.Stop()
	for {
		got, err := s.ask(command)
		if err == nil && strings.Contains(got, want) {
			return
		}
		select {
		case <-tick.C:
		case <-late.C:
			s.t.Fatalf("%s never answered %q, but %q, %v", command, want, got, err)
		}
	}
}
