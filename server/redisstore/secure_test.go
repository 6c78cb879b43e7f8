package redisstore_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/redis/go-redis/v9"
)

// consentUser makes the user that docs/redis.md tells to make, with more rules,
// and returns a client that may do everything, and the user's URL.
func consentUser(t *testing.T, server *redistest.Server, more ...any) (*redis.Client, string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/redis.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\nACL SETUSER consent on >PASSWORD ~lx:* ")
	if !found {
		t.Fatal("docs/redis.md makes no user")
	}
	rules, _, _ := strings.Cut(rest, "\n")
	// The prefix is the tests'.
	line := []any{"ACL", "SETUSER", "consent", "on", ">a-password", "~t*"}
	for _, r := range strings.Fields(rules) {
		line = append(line, r)
	}
	raw := server.Client()
	if err := raw.Do(t.Context(), append(line, more...)...).Err(); err != nil {
		t.Fatal(err)
	}
	return raw, "redis://consent:a-password@" + server.Addr
}

func TestAUserOfItsOwnRulesIsEnoughForEverything(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	raw, url := consentUser(t, server)
	if err := raw.Do(t.Context(), "ACL", "SETUSER", "default", "off").Err(); err != nil {
		t.Fatal(err)
	}
	contract(t, url)
}

func TestAUserThatMayNotReadOurKeysIsToldOfAtTheStartAndRefusedWhenAsked(t *testing.T) {
	t.Parallel()
	_, url := consentUser(t, redistest.Start(t))
	var log bytes.Buffer
	s := open(t, redisstore.Options{URLs: []string{url}, Prefix: "other:", Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if !strings.Contains(log.String(), "begin with other:") {
		t.Errorf("the log says %s", log.String())
	}
	if _, _, err := s.Append(t.Context(), simple("a")); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Append under a foreign prefix = %v", err)
	}
}

func TestAUserThatIsTurnedOffMeanwhileIsSaidToBeRefused(t *testing.T) {
	t.Parallel()
	raw, url := consentUser(t, redistest.Start(t))
	s := open(t, redisstore.Options{URLs: []string{url}, Prefix: "t:"})
	for _, off := range [][]any{{"ACL", "SETUSER", "consent", "off"}, {"CLIENT", "KILL", "USER", "consent"}} {
		if err := raw.Do(t.Context(), off...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// Redis refuses the connection, so that no command of a pipeline is ever sent.
	for range 3 {
		if _, _, err := s.Append(t.Context(), simple("a")); consent.CodeOf(err) != consent.Unavailable || !strings.Contains(err.Error(), "WRONGPASS") {
			t.Fatalf("Append = %v", err)
		}
	}
}

// authority makes certificates for a server and a client on this machine.
func authority(t *testing.T) (ca, cert, key string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	root, rootKey := certificate(t, nil, nil)
	leaf, leafKey := certificate(t, root, rootKey)
	der, err := x509.MarshalECPrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	return write("ca.pem", "CERTIFICATE", root.Raw), write("cert.pem", "CERTIFICATE", leaf.Raw), write("key.pem", "EC PRIVATE KEY", der)
}

func certificate(t *testing.T, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: rand.Text()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: by == nil, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if by == nil {
		by, byKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, byKey)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c, key
}

func TestOverTLSOnlyAServerThatOurAuthoritySignedIsTrusted(t *testing.T) {
	t.Parallel()
	ca, cert, key := authority(t)
	other, _, _ := authority(t)
	server := redistest.StartTLS(t, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca)
	at := "rediss://" + server.Addr
	ours := "&cert_file=" + cert + "&key_file=" + key
	s := open(t, redisstore.Options{URLs: []string{at + "?ca_file=" + ca + ours}})
	persistently(t, s, simple("a"))
	if got, err := s.Latest(t.Context(), "shop", "sub-a"); err != nil || got.ID != "a" {
		t.Fatalf("Latest = %+v, %v", got, err)
	}
	cases := []struct {
		name, url string
		want      consent.Code
		fix       string
	}{
		{"an authority that is not known to this machine", at + "?" + ours[1:], consent.Unavailable, "ca_file"},
		{"another authority", at + "?ca_file=" + other + ours, consent.Unavailable, "ca_file"},
		{"no certificate of our own", at + "?ca_file=" + ca, consent.Unavailable, ""},
		{"no TLS", "redis://" + server.Addr, consent.Unavailable, "rediss://"},
		{"certificates without TLS", "redis://" + server.Addr + "?ca_file=" + ca, consent.Invalid, "rediss://"},
		{"a file that is not there", at + "?ca_file=" + ca + "x", consent.Invalid, "ca_file"},
		{"a file that is no certificate", at + "?ca_file=" + key, consent.Invalid, "PEM"},
		{"a key that is not there", at + "?ca_file=" + ca + "&cert_file=" + cert, consent.Invalid, "key_file"},
	}
	for _, c := range cases {
		_, err := opened(t, redisstore.Options{URLs: []string{c.url}})
		var told *consent.Error
		if !errors.As(err, &told) || told.Code != c.want || told.Fix == "" || !strings.Contains(told.Fix, c.fix) {
			t.Errorf("%s: %v, want %s and a fix with %q", c.name, err, c.want, c.fix)
		}
	}
}

func TestTheLimitsOfCompactHashesAreRaisedAtTheStartOrNamed(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	raw, url := consentUser(t, server, "-config|set")
	var log bytes.Buffer
	open(t, redisstore.Options{URLs: []string{url}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for _, line := range []string{"hash-max-listpack-entries 1024", "hash-max-listpack-value 256"} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("the log does not name %q: %s", line, log.String())
		}
	}
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	for i := range 40 {
		r := simple(strings.Repeat("A", 22))
		r.ID, r.Subject = fmt.Sprint("id-", i), "AAAAAAAAAAAAAAAAAAAAAA"
		persistently(t, s, r)
	}
	keys, err := raw.Keys(t.Context(), "lx:[bs]:*").Result()
	if err != nil || len(keys) < 2 {
		t.Fatalf("%d hashes, %v", len(keys), err)
	}
	for _, k := range keys {
		if kind := raw.ObjectEncoding(t.Context(), k).Val(); kind != "listpack" {
			t.Errorf("%s is kept as %s", k, kind)
		}
	}
	server.Restart()
	persistently(t, s, simple("after"))
	for name, want := range map[string]string{"hash-max-listpack-entries": "1024", "hash-max-listpack-value": "256"} {
		if got := raw.ConfigGet(t.Context(), name).Val()[name]; got != want {
			t.Errorf("after a restart %s is %s, want %s", name, got, want)
		}
	}
}

func TestWhoOnlyLooksChangesNoSetting(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--hash-max-listpack-entries", "512")
	c := server.Client()
	s := open(t, redisstore.Options{URLs: []string{server.URL()}, Look: true})
	if _, err := s.Time(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.ConfigGet(t.Context(), "hash-max-listpack-entries").Val()["hash-max-listpack-entries"]; got != "512" {
		t.Errorf("it was raised to %s", got)
	}
}
