package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// redisServer is a Redis of its own on a free port.
type redisServer struct {
	addr   string
	cmd    *exec.Cmd
	client *redis.Client
}

// startRedis starts Redis on one core; no core means any.
func startRedis(ctx context.Context, b *bench, core string, args ...string) (*redisServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, "redis")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	line := append([]string{"redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", dir, "--save", ""}, args...)
	cmd := pinned(ctx, core, line...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "eady to accept connections") {
			go func() {
				for lines.Scan() {
					continue
				}
			}()
			return &redisServer{addr: addr, cmd: cmd, client: redis.NewClient(&redis.Options{Addr: addr, ReadTimeout: time.Minute, DisableIdentity: true})}, nil
		}
	}
	return nil, fmt.Errorf("redis-server did not start: %w", cmd.Wait())
}

func (r *redisServer) url() string { return "redis://" + r.addr }

func (r *redisServer) stop() {
	_ = r.client.Close()
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// used is the memory that Redis has given out.
func (r *redisServer) used(ctx context.Context) (int64, error) {
	info, err := r.client.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	var n int64
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, "used_memory:"); ok {
			_, err = fmt.Sscan(v, &n)
		}
	}
	return n, err
}

// pinned is a command on one core, which ends with this program.
func pinned(ctx context.Context, core string, line ...string) *exec.Cmd {
	if core != "" {
		line = append([]string{"taskset", "-c", core}, line...)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}
