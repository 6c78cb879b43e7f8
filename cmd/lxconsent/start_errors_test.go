package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAServerThatCannotStartSaysWhyAndHowToMendIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	plain := file("plain", "")
	for name, c := range map[string]struct {
		args       []string
		cause, fix string
	}{
		"an address without a port":    {[]string{"--listen", "127.0.0.1"}, "the address 127.0.0.1 of --listen cannot be listened on", "write it as :8080"},
		"a port that is taken":         {[]string{"--listen", taken.Addr().String()}, "cannot be listened on", "choose another port with --listen"},
		"another machine's address":    {[]string{"--listen", "192.0.2.7:8080"}, "cannot be listened on", "an address that this machine has"},
		"no address for metrics":       {[]string{"--metrics-listen", "metrics"}, "the address metrics of --metrics-listen", "write it as :8080"},
		"a data directory that is not": {[]string{"--data-dir", plain}, "the data directory " + plain + " cannot be made", "it is a file: name a directory with --data-dir"},
		"one that cannot be made":      {[]string{"--data-dir", "/proc/consent"}, "the data directory /proc/consent cannot be made", "give its parent to the user that runs this"},
		"a key file that is a folder":  {[]string{"--key-file", dir}, "the key file " + dir + " cannot be read", "name a file with --key-file"},
		"a key file that is no JSON":   {[]string{"--key-file", file("k1", "x")}, "k1 is damaged", "put it back from your backup"},
		"a key that is cut":            {[]string{"--key-file", file("k2", `{"keys":[{"id":"k1","secret":"AAAA"}]}`)}, "k2 holds no keys that can be used", "put it back from your backup"},
		"a key that is no base64":      {[]string{"--key-file", file("k3", `{"keys":[{"id":"k1","secret":"#"}]}`)}, "k3 is damaged at the key k1", "put it back from your backup"},
		"a file without keys":          {[]string{"--key-file", file("k4", `{"keys":[]}`)}, "k4 holds no keys that can be used", "put it back from your backup"},
		"a token that is not there":    {[]string{"--api-token-file", filepath.Join(dir, "none")}, "cannot be read", "openssl rand -hex 32"},
		"a malformed address of Redis": {[]string{"--redis", "foo://x"}, "Redis address 1 is malformed", "write it as redis://"},
		"a network that is none":       {[]string{"--webhook-allow", "10.0.0.0"}, `"10.0.0.0" is not a network`, "write it as 10.0.0.0/8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir()}, c.args...)
			status, out := lx(t, args...)
			if status != 1 || !strings.Contains(out, c.cause) || !strings.Contains(out, "fix: ") || !strings.Contains(out, c.fix) || strings.Contains(out, "Embed tag") {
				t.Errorf("%d %s", status, out)
			}
		})
	}
}

func TestACommandThatCannotUseAFileNamesItAndSaysHowToMendIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	none, cut := filepath.Join(dir, "none"), filepath.Join(dir, "cut")
	if err := os.WriteFile(cut, []byte(`{"id":"shop"`), 0o600); err != nil {
		t.Fatal(err)
	}
	const path = "check the path"
	keys := fileOf(t, "keys.json", `{"keys":[]}`)
	for name, c := range map[string]struct {
		args       []string
		cause, fix string
	}{
		"a site document":        {[]string{"site", "apply", "-f", none}, "the site document " + none + " cannot be read", path},
		"one that is cut":        {[]string{"site", "apply", "-f", cut}, cut + " is no JSON object", "/v1/schema/site.json"},
		"a token":                {[]string{"site", "list", "--api-token-file", none}, "the API token file " + none + " cannot be read", path},
		"a password":             {[]string{"user", "add", "ann@example.com", "--password-file", none}, "the password file " + none + " cannot be read", path},
		"an export":              {[]string{"ledger", "verify", none}, "the export " + none + " cannot be read", path},
		"a receipt":              {[]string{"receipt", "verify", none}, "the receipt " + none + " cannot be read", path},
		"keys":                   {[]string{"receipt", "verify", cut, "--keys", none}, "the key set " + none + " cannot be read", path},
		"keys that are cut":      {[]string{"receipt", "verify", cut, "--keys", cut}, cut + " is no key set", "/v1/keys"},
		"a backup":               {[]string{"restore", none, "--data-dir", dir}, "the backup " + none + " cannot be read", path},
		"an export that is none": {[]string{"ledger", "verify", dir, "--keys", keys}, "the export cannot be read to its end", "ledger export --proof"},
		"keys to be listed":      {[]string{"keys", "list", "--data-dir", none}, "the key file " + filepath.Join(none, "keys") + " cannot be read", "--data-dir"},
		"a backup over a folder": {[]string{"backup", "--out", dir}, "the backup " + dir + " cannot be written", path},
		"a server that is none":  {[]string{"site", "list", "--server", "localhost:8080"}, `--server "localhost:8080" is not the address of a server`, "http://localhost:8080"},
		"no server to embed":     {[]string{"embed", "demo", "--server", "localhost"}, "--server is not the address of a server", "https://"},
		"a backup to be written": {[]string{"backup", "--out", filepath.Join(none, "b")}, "b cannot be written", "the rights of its folder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, out := lx(t, c.args...)
			if status != 1 || !strings.Contains(out, c.cause) || !strings.Contains(out, "fix: ") || !strings.Contains(out, c.fix) {
				t.Errorf("%d %s", status, out)
			}
		})
	}
}
