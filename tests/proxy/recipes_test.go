//go:build unix

package proxy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestMain(m *testing.M) { os.Exit(live.Main(m)) }

// recipe returns the configuration below a heading of docs/proxies.md, as
// readers copy it.
func recipe(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "proxies.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, below, ok := strings.Cut(string(page), "\n### "+heading+"\n")
	if !ok {
		t.Fatalf("docs/proxies.md has no heading %q", heading)
	}
	below, _, _ = strings.Cut(below, "\n#")
	block := regexp.MustCompile("(?s)```[a-z]+\n(.*?)```").FindStringSubmatch(below)
	if block == nil {
		t.Fatalf("docs/proxies.md has no block below %q", heading)
	}
	return block[1]
}

// fill puts a test's addresses in the place of the recipe's.
func fill(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the recipe does not hold %q:\n%s", pairs[i], text)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// front starts a proxy from a recipe and returns its base URL. Further pairs
// change the recipe as a reader would.
type front func(t *testing.T, heading, consent, app string, pairs ...string) string

func nginx(t *testing.T, heading, consent, app string, pairs ...string) string {
	t.Helper()
	addr := live.FreeAddr(t)
	runNginx(t, addr, fill(t, recipe(t, heading), append(pairs, "listen 80;", "listen "+addr+";",
		"127.0.0.1:8080", consent, "127.0.0.1:3000", app, "SITE", "demo")...))
	return "http://" + addr
}

// runNginx serves sites until the test ends.
func runNginx(t *testing.T, addr, sites string) {
	t.Helper()
	path, dir := find(t, "nginx", "/usr/sbin/nginx"), t.TempDir()
	// One process, so that no worker outlives the test program if that dies.
	head := "daemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr warn;\nevents {}\n"
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp.WriteString(kind + "_temp_path " + filepath.Join(dir, kind) + ";\n")
	}
	file := write(t, dir, "nginx.conf", head+"http {\naccess_log off;\n"+temp.String()+sites+"}\n")
	live.Run(t, exec.Command(path, "-p", dir, "-e", "stderr", "-c", file), nil).Await(addr)
}

func caddy(t *testing.T, heading, consent, app string, pairs ...string) string {
	t.Helper()
	addr := live.FreeAddr(t)
	runCaddy(t, addr, fill(t, recipe(t, heading), append(pairs, ":80 {", "http://"+addr+" {",
		"127.0.0.1:8080", consent, "127.0.0.1:3000", app, "SITE", "demo")...))
	return "http://" + addr
}

// runCaddy serves sites until the test ends.
func runCaddy(t *testing.T, addr, sites string) {
	t.Helper()
	path, dir := find(t, "caddy", "/usr/bin/caddy"), t.TempDir()
	file := write(t, dir, "Caddyfile", "{\nadmin off\nauto_https disable_redirects\n}\n"+sites)
	cmd := exec.Command(path, "run", "--config", file, "--adapter", "caddyfile")
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	live.Run(t, cmd, nil).Await(addr)
}

// find looks for a program, also where it is not on every user's path.
func find(t *testing.T, name, usual string) string {
	t.Helper()
	for _, try := range []string{name, usual} {
		if path, err := exec.LookPath(try); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed: run scripts/install-deps.sh, or install it, for example with `apt-get install %s`", name, name)
	return ""
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
