package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// asked is what is sent: requests in turn, each perhaps with a fresh id.
type asked struct {
	Addr     string   `json:"addr"`
	Requests [][]byte `json:"requests"`
	// ID is the place of 22 characters that are made anew each time; 0 is none.
	ID      int           `json:"id"`
	Conns   int           `json:"conns"`
	Length  time.Duration `json:"length"`
	Status  int           `json:"status"`
	Pinned  string        `json:"-"`
	Process int           `json:"-"`
}

// measured is what one round came to.
type measured struct {
	Count   int           `json:"count"`
	Bad     int           `json:"bad"`
	Took    time.Duration `json:"took"`
	P50     time.Duration `json:"p50"`
	P99     time.Duration `json:"p99"`
	Example string        `json:"example"`
	// CPU is the server's processor time.
	CPU time.Duration `json:"-"`
}

func (m measured) rate() float64 { return float64(m.Count) / m.Took.Seconds() }

// load runs a round in a process of its own, on a core of its own.
func load(ctx context.Context, a asked) (m measured, err error) {
	body, err := json.Marshal(a)
	if err != nil {
		return m, err
	}
	self, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := pinned(ctx, a.Pinned, self, "load")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(body), os.Stderr
	before := processTime(a.Process)
	out, err := cmd.Output()
	if err != nil {
		return m, fmt.Errorf("the load ended: %w", err)
	}
	if err := json.Unmarshal(out, &m); err != nil {
		return m, err
	}
	m.CPU = processTime(a.Process) - before
	if m.Bad > 0 || m.Count == 0 {
		return m, fmt.Errorf("%d of %d answers were not %d: %s", m.Bad, m.Count+m.Bad, a.Status, m.Example)
	}
	return m, nil
}

// processTime is the processor time that a process has used.
func processTime(pid int) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// client is one connection that always has one request under way.
type client struct {
	fd    int
	sent  time.Time
	in    []byte
	next  int
	bytes []byte
}

// runLoad is the other side of load: it keeps connections busy from one loop,
// without the cost of a client library. It never sleeps: whoever writes to a
// sleeping process pays for waking it, and a server that is a little slower
// would meet one that sleeps more often, and pay on top for that.
func runLoad() error {
	var a asked
	if err := json.NewDecoder(os.Stdin).Decode(&a); err != nil {
		return err
	}
	poll, err := syscall.EpollCreate1(0)
	if err != nil {
		return err
	}
	clients := map[int32]*client{}
	for i := range a.Conns {
		c, err := dial(a.Addr)
		if err != nil {
			return err
		}
		c.next = i * 7919
		if err := syscall.EpollCtl(poll, syscall.EPOLL_CTL_ADD, c.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(c.fd)}); err != nil {
			return err
		}
		clients[int32(c.fd)] = c
		if err := c.send(&a); err != nil {
			return err
		}
	}
	m, times := measured{}, make([]time.Duration, 0, 1<<20)
	events, start := make([]syscall.EpollEvent, 256), time.Now()
	for end := start.Add(a.Length); time.Now().Before(end); {
		n, err := syscall.EpollWait(poll, events, 0)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		if n <= 0 {
			// Redis may have the core; nobody else wakes this process.
			_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
		}
		for _, e := range events[:max(n, 0)] {
			c := clients[e.Fd]
			status, whole, err := c.read()
			if err != nil {
				return err
			}
			if !whole {
				continue
			}
			if status == a.Status {
				m.Count++
				times = append(times, time.Since(c.sent))
			} else {
				m.Bad++
				m.Example = string(c.in[:min(len(c.in), 600)])
			}
			c.in = c.in[:0]
			if err := c.send(&a); err != nil {
				return err
			}
		}
	}
	m.Took = time.Since(start)
	slices.Sort(times)
	if len(times) > 0 {
		m.P50, m.P99 = times[len(times)/2], times[len(times)*99/100]
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	file, err := conn.(*net.TCPConn).File()
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Dup(int(file.Fd()))
	if err != nil {
		return nil, err
	}
	return &client{fd: fd, in: make([]byte, 0, 16<<10), bytes: make([]byte, 16<<10)}, errors.Join(syscall.SetNonblock(fd, true), file.Close(), conn.Close())
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func (c *client) send(a *asked) error {
	c.next++
	request := a.Requests[c.next%len(a.Requests)]
	if a.ID > 0 {
		raw := random(16)
		for i := range 21 {
			request[a.ID+i] = letters[raw[i%16]>>(i/16)&63]
		}
		// The last character stands for two bits.
		request[a.ID+21] = "AQgw"[raw[0]>>6]
	}
	c.sent = time.Now()
	_, err := syscall.Write(c.fd, request)
	return err
}

// read takes what came and reports whether the answer is whole.
func (c *client) read() (status int, whole bool, err error) {
	n, err := syscall.Read(c.fd, c.bytes)
	if errors.Is(err, syscall.EAGAIN) {
		return 0, false, nil
	}
	if err != nil || n == 0 {
		return 0, false, fmt.Errorf("the connection ended: %w", err)
	}
	c.in = append(c.in, c.bytes[:n]...)
	head := bytes.Index(c.in, []byte("\r\n\r\n"))
	if head < 0 || len(c.in) < 12 {
		return 0, false, nil
	}
	status, _ = strconv.Atoi(string(c.in[9:12]))
	size := 0
	if i := bytes.Index(c.in[:head], []byte("Content-Length: ")); i >= 0 {
		rest := c.in[i+16 : head]
		if j := bytes.IndexByte(rest, '\r'); j >= 0 {
			rest = rest[:j]
		}
		size, _ = strconv.Atoi(string(rest))
	}
	if status == 304 {
		size = 0
	}
	return status, len(c.in) >= head+4+size, nil
}
