//go:build unix

package proxy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/tests/proxy/live"
)

// certificate makes one for this machine, and returns its file and that of its key.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, kind string, b []byte) string {
		return write(t, dir, name, string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b})))
	}
	return file("cert.pem", "CERTIFICATE", der), file("key.pem", "PRIVATE KEY", private)
}

// overTLS asks over TLS, whoever signed the certificate.
func overTLS(t *testing.T, addr, path, body string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableCompression: true}}
	t.Cleanup(client.CloseIdleConnections)
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://"+addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "br")
	req.Header.Set("Content-Type", "text/plain")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestTheServerItselfServesBehindEachRecipeThatEndsTLS(t *testing.T) {
	t.Parallel()
	fronts := map[string]func(t *testing.T, addr, consent string){
		"nginx": func(t *testing.T, addr, consent string) {
			cert, key := certificate(t)
			runNginx(t, addr, fill(t, recipe(t, "nginx: the consent server itself"), "listen 80;", "listen "+live.FreeAddr(t)+";", "listen 443 ssl;", "listen "+addr+" ssl;",
				"/etc/ssl/consent.pem", cert, "/etc/ssl/consent.key", key, "127.0.0.1:8080", consent))
		},
		"caddy": func(t *testing.T, addr, consent string) {
			cert, key := certificate(t)
			_, port, _ := net.SplitHostPort(addr)
			runCaddy(t, addr, fill(t, recipe(t, "Caddy: the consent server itself"), "consent.example.com {", "https://localhost:"+port+" {\ntls "+cert+" "+key, "127.0.0.1:8080", consent))
		},
	}
	for name, start := range fronts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, consent := live.FreeAddr(t), live.FreeAddr(t)
			_, port, _ := net.SplitHostPort(addr)
			at := "localhost:" + port
			live.Start(t, "--listen", consent, "--public-url", "https://"+at, "--trusted-proxies", "127.0.0.1/32")
			start(t, addr, consent)
			res, body := overTLS(t, at, "/s/demo.js", "")
			if got := res.Header; res.StatusCode != http.StatusOK || got.Get("Content-Encoding") != "br" || !strings.Contains(got.Get("Cache-Control"), "private") || len(got["Set-Cookie"]) > 0 || body == "" {
				t.Errorf("the script: %d %v", res.StatusCode, got)
			}
			_, notice := overTLS(t, at, "/v1/notice?site=demo&place=FR", "")
			_, rest, _ := strings.Cut(notice, `"note":"`)
			note, _, _ := strings.Cut(rest, `"`)
			res, body = overTLS(t, at, "/v1/consents", `{"site":"demo","id":"AAAAAAAAAAAAAAAAAAAAAA","note":"`+note+`","action":"accept_all","age":0,"levels":{"functional":1,"analytics":1,"marketing":1,"recording":3}}`)
			if res.StatusCode != http.StatusCreated {
				t.Fatalf("a decision: %d %s", res.StatusCode, body)
			}
			for _, c := range res.Cookies() {
				if !c.Secure {
					t.Errorf("%s is not Secure", c.Name)
				}
			}
		})
	}
}
