package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
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

// What is costly to understand is refused before it is.
func TestABodyIsMeasuredBeforeItIsUnderstood(t *testing.T) {
	t.Parallel()
	s := start(t)
	many := &strings.Builder{}
	for i := range 201 {
		fmt.Fprintf(many, `,"p%d":0`, i)
	}
	for name, c := range map[string]struct{ body, says string }{
		"nested deeply":         {`{"levels":` + strings.Repeat("[", 17) + strings.Repeat("]", 17) + `}`, "deeper than 16"},
		"with many members":     {`{"levels":{` + many.String()[1:] + `}}`, "more than 200 members"},
		"with a long text":      {`{"note":"` + strings.Repeat("x", 2049) + `"}`, "longer than 2048 bytes"},
		"with a long name":      {`{"levels":{"` + strings.Repeat("x", 2049) + `":0}}`, "longer than 2048 bytes"},
		"packed with gzip":      {"\x1f\x8b\x08\x00\x00\x00\x00\x00", "not valid JSON"},
		"larger than it may be": {`{"note":"` + strings.Repeat("x", 8<<10) + `"}`, "larger than 8192 bytes"},
	} {
		if a := s.do(http.MethodPost, "/v1/consents", c.body); a.status != http.StatusBadRequest && a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.text(t, "detail"), c.says) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// The shipped server has these limits, and not only the package that keeps them.
func TestWhoSendsSlowlyOrALongHeadHoldsNoConnection(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, c := range map[string]struct {
		sent   string
		status int
		within time.Duration
	}{
		"half a head":      {"GET / HTTP/1.1\r\nHo", http.StatusBadRequest, 8 * time.Second},
		"half a body":      {"POST /v1/consents HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n{", http.StatusBadRequest, 13 * time.Second},
		"a head of 24 KiB": {"GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 24<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge, 3 * time.Second},
		"two lengths":      {"POST /v1/consents HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n0\r\n\r\n", http.StatusBadRequest, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			// A busy machine answers late: far more than the limit, and far less than for ever.
			if err := conn.SetDeadline(time.Now().Add(4 * c.within)); err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(c.sent)); err != nil {
				t.Fatal(err)
			}
			in := bufio.NewReader(conn)
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("it is not cut: %v", err)
			}
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if _, err := in.ReadByte(); res.StatusCode != c.status || !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%d, and then %v", res.StatusCode, err)
			}
		})
	}
}
