package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/boltstore"
)

// scripts measures delivery of the script from memory.
func scripts(ctx context.Context, b *bench) (string, error) {
	if !hasNginx() {
		return "", errors.New("nginx is not installed: install it, for example with `apt-get install nginx-light`")
	}
	ours, err := b.ours(ctx)
	if err != nil {
		return "", err
	}
	defer ours.stop()
	bare, err := b.bare(ctx)
	if err != nil {
		return "", err
	}
	defer bare.stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+ours.addr+"/s/demo.js", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Accept-Encoding", "br")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	script, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	nginx, err := b.nginx(ctx, script)
	if err != nil {
		return "", err
	}
	defer nginx.stop()
	results, err := b.contests(ctx, []contest{
		{"nginx, static file", nginx.asked(200, get(nginx.addr, "/demo.js"))},
		{"our script from memory", ours.asked(200, get(ours.addr, "/s/demo.js", "Accept-Encoding: br"))},
		{"bare Echo, JSON", bare.asked(200, get(bare.addr, "/json"))},
		{"our 304", ours.asked(304, get(ours.addr, "/s/demo.js", "Accept-Encoding: br", "If-None-Match: "+answer.Header.Get("ETag")))},
	})
	if err != nil {
		return "", err
	}
	return b.text("Scripts", fmt.Sprintf(" The same %s bytes of brotli, from one nginx worker with `sendfile` and `open_file_cache`.", thousands(len(script))),
		results, map[string]string{"our script from memory": "≥ 0.5"},
		fmt.Sprintf("The 304 is %.2f × bare Echo by requests and %.2f × by processor time (aim ≥ 0.9).", results[3].over(results[2]), results[2].cpu/results[3].cpu)), nil
}

// nginx serves one file.
func (b *bench) nginx(ctx context.Context, body []byte) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "nginx")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	// The worker gives up the rights of the superuser and still has to read it.
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return nil, err
	}
	conf := fmt.Sprintf(`daemon off; master_process off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; open_file_cache max=10; open_file_cache_valid 1h;
  client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
  server { listen %[2]s; root %[1]s; default_type text/javascript; }
}
`, dir, addr)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "demo.js"), body, 0o644), os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o644)); err != nil {
		return nil, err
	}
	return b.serve(ctx, addr, "nginx", "-c", filepath.Join(dir, "conf"), "-e", filepath.Join(dir, "error.log"))
}

// manySites fills an embedded store with copies of the demo site.
func (b *bench) manySites(ctx context.Context, n int) (string, error) {
	server, err := b.ours(ctx)
	if err != nil {
		return "", err
	}
	defer server.stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.addr+"/v1/sites/demo/document", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var site consent.Site
	if err := json.NewDecoder(answer.Body).Decode(&site); err != nil || answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the demo site answers %d: %w", answer.StatusCode, err)
	}
	dir := filepath.Join(b.dir, "sites")
	store, err := boltstore.Open(filepath.Join(dir, "consent.db"), boltstore.Options{})
	if err != nil {
		return "", err
	}
	for i := range n {
		site.ID = fmt.Sprintf("site-%d", i)
		if err := store.Publish(ctx, consent.Next(nil, site, "bench", "", time.Now().UTC())); err != nil {
			return "", errors.Join(err, store.Close())
		}
	}
	return dir, store.Close()
}

// untilHealthy starts a server and returns the seconds until it answers.
func (b *bench) untilHealthy(ctx context.Context, dir string) (float64, error) {
	addr, err := freeAddr()
	if err != nil {
		return 0, err
	}
	cmd := pinned(ctx, serverCore, b.program, "serve", "--listen", addr, "--data-dir", dir)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	p := &process{addr, cmd}
	defer p.stop()
	for time.Since(began) < time.Minute {
		if r, err := http.Get("http://" + addr + "/healthz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return time.Since(began).Seconds(), nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0, errors.New("the server never became healthy")
}
