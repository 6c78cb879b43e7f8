//go:build unix

package redistest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

const (
	clusterNodes = 3
	clusterSlots = 16384
)

// StartCluster is StartNodes for who needs the addresses alone, as
// redis://host:port.
func StartCluster(t testing.TB, args ...string) []string {
	t.Helper()
	var urls []string
	for _, n := range StartNodes(t, args...) {
		urls = append(urls, n.URL())
	}
	return urls
}

// StartNodes starts a Redis Cluster of three masters and returns once all of them
// serve all slots.
func StartNodes(t testing.TB, args ...string) []*Server {
	t.Helper()
	nodes := make([]*Server, clusterNodes)
	for i := range nodes {
		nodes[i] = startNode(t, args)
	}
	for i, n := range nodes {
		first, last := i*clusterSlots/clusterNodes, (i+1)*clusterSlots/clusterNodes-1
		n.must(fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", first, last))
		n.must(fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1))
		host, port, _ := net.SplitHostPort(nodes[0].Addr)
		if i > 0 {
			n.must("CLUSTER MEET " + host + " " + port)
		}
	}
	for _, n := range nodes {
		n.awaitCluster()
	}
	return nodes
}

func startNode(t testing.TB, args []string) *Server {
	t.Helper()
	return startOn(t, freeAddr, append([]string{"--cluster-enabled", "yes", "--cluster-node-timeout", "5000"}, args...))
}

// awaitCluster asks until the node knows everybody and serves every slot.
func (s *Server) awaitCluster() {
	s.t.Helper()
	tick, late := time.NewTicker(50*time.Millisecond), time.NewTimer(patience)
	defer tick.Stop()
	defer late.Stop()
	for {
		info := s.must("CLUSTER INFO")
		if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", clusterNodes)) {
			return
		}
		select {
		case <-tick.C:
		case <-late.C:
			s.t.Fatalf("the cluster was not ready after %v: %s", patience, info)
		}
	}
}

// must sends one command and returns the answer; the test fails on an error.
func (s *Server) must(command string) string {
	s.t.Helper()
	answer, err := s.ask(command)
	if err != nil {
		s.t.Fatalf("%s: %v", command, err)
	}
	return answer
}

func (s *Server) ask(command string) (string, error) {
	conn, err := net.DialTimeout("tcp", s.Addr, patience)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	if err != nil || line == "" {
		return "", fmt.Errorf("no answer: %w", err)
	}
	line = strings.TrimSpace(line)
	switch line[0] {
	case '-':
		return "", fmt.Errorf("refused: %s", line)
	case '$':
		var n int
		if _, err := fmt.Sscanf(line, "$%d", &n); err != nil {
			return "", err
		}
		body := make([]byte, n)
		for got := 0; got < n; {
			k, err := in.Read(body[got:])
			if err != nil {
				return "", err
			}
			got += k
		}
		return string(body), nil
	}
	return line, nil
}
