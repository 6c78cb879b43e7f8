//go:build unix

package cache_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// The places in the manual's configuration that differ from machine to machine.
const (
	itsFolder = "/var/cache/nginx/consent"
	itsPort   = "listen 80;"
	itsServer = "http://127.0.0.1:8080"
)

// careless is a cache of somebody who knows nothing about consent scripts. It
// heeds Cache-Control and Vary.
const careless = `
proxy_cache_path ` + itsFolder + ` keys_zone=careless:1m;
server {
    ` + itsPort + `
    location / {
        proxy_pass ` + itsServer + `;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_cache careless;
        proxy_cache_key $uri;
        add_header X-Cache-Status $upstream_cache_status;
    }
}
`

// manual is the configuration that the manual shows.
func manual(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "geo.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(raw), "```nginx\n")
	block, _, closed := strings.Cut(block, "\n```")
	if !found || !closed {
		t.Fatal("the manual shows no configuration")
	}
	return block
}

// nginx runs a configuration in front of a server and returns its address.
func nginx(t *testing.T, block string, s *live.Server) string {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		t.Fatal("nginx is not installed; on Debian: apt-get install nginx-light")
	}
	dir, addr := t.TempDir(), live.FreeAddr(t)
	for old, new := range map[string]string{itsFolder: filepath.Join(dir, "cache"), itsPort: "listen " + addr + ";", itsServer: s.URL} {
		if !strings.Contains(block, old) {
			t.Fatalf("the configuration does not hold %q", old)
		}
		block = strings.ReplaceAll(block, old, new)
	}
	user := ""
	if os.Geteuid() == 0 {
		// The workers must reach the folder of the test.
		user = "user root;"
	}
	conf := fmt.Sprintf(`%s
daemon off;
worker_processes 2;
pid %[2]s/pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path %[2]s/body;
    proxy_temp_path %[2]s/proxy;
    fastcgi_temp_path %[2]s/fastcgi;
    uwsgi_temp_path %[2]s/uwsgi;
    scgi_temp_path %[2]s/scgi;
    %[3]s
}
`, user, dir, block)
	name := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(name, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	p := live.Run(t, exec.Command(program, "-e", "stderr", "-p", dir, "-c", name), nil)
	p.Await(addr)
	return "http://" + addr
}
