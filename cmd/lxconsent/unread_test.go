package main

import (
	"bufio"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWhatCannotBeReadWholeIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	granted := cookie("lx_consent", s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent"))
	for _, q := range []string{"purpose=analytics&purpose=%zz", "purpose=analytics&cookie=%", "purpose=marketing&gpc=1;", "purpose=analytics&purpose=x;y"} {
		if a := s.do(http.MethodGet, "/v1/check?site=demo&"+q, "", granted); a.status != http.StatusBadRequest || a.text(t, "code") != "bad-query" {
			t.Errorf("a check by %s: %d %s", q, a.status, a.body)
		}
		if a := s.do(http.MethodGet, "/v1/gate?site=demo&"+q, "", granted); a.status != http.StatusForbidden {
			t.Errorf("the gate by %s: %d", q, a.status)
		}
	}
	if a := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics&cookie=%5Fga&path=/;a?utm=100%&b%=c;d", "", granted); a.status != http.StatusOK {
		t.Errorf("what is encoded as it should be: %d %s", a.status, a.header.Get("Consent-Decision"))
	}
	a := s.do(http.MethodOptions, "/v1/gate?site=demo&purpose=necessary", "")
	if allow := a.header.Get("Allow"); a.status != http.StatusMethodNotAllowed || !strings.Contains(allow, "GET") {
		t.Errorf("a method that the gate does not take: %d, Allow %q", a.status, allow)
	}
}

func TestTheGateSaysWhatItsAddressLacks(t *testing.T) {
	t.Parallel()
	s := start(t)
	granted := cookie("lx_consent", s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent"))
	for q, fix := range map[string]string{"": "`purpose=`", "&purpose=analytics&level=much": "the level that is needed", "&purpose=analytics&gpc=%": "encode values"} {
		a := s.do(http.MethodGet, "/v1/gate?site=demo"+q, "", granted)
		if a.status != http.StatusForbidden || a.header.Get("Consent-Decision") != "deny; reason=unknown-purpose" || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("by %q: %d %v", q, a.status, a.header)
		}
		if a.text(t, "code") != "bad-query" || a.field(t, "status") != 403.0 || !strings.Contains(a.text(t, "fix"), fix) {
			t.Errorf("by %q: %s", q, a.body)
		}
		if b := s.do(http.MethodHead, "/v1/gate?site=demo"+q, "", granted); b.status != http.StatusForbidden || b.header.Get("Consent-Decision") != a.header.Get("Consent-Decision") {
			t.Errorf("HEAD by %q: %d %v", q, b.status, b.header)
		}
	}
}

func TestABodyThatIsAnnouncedAsTooLargeIsNotAskedFor(t *testing.T) {
	t.Parallel()
	s := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("POST /v1/consents HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close {
		t.Errorf("%d, close %v", res.StatusCode, res.Close)
	}
}
