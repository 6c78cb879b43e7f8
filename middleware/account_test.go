package middleware_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// linked links a visitor's browser to an account, as the site's page does.
func linked(t *testing.T, s *live.Server, v live.Visitor, account string) live.Visitor {
	t.Helper()
	secret, err := live.Command("site", "identify-secret", "demo", "--server", s.URL, "--token", live.Token)
	if err != nil {
		t.Fatal(err)
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	h := hmac.New(sha256.New, []byte(strings.TrimSpace(secret)))
	h.Write([]byte(at + "." + account))
	body, err := json.Marshal(map[string]string{
		"site": "demo", "external_id": account, "proof": at + "." + hex.EncodeToString(h.Sum(nil)), "consent": v.Consent, "subject": v.Subject,
	})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.URL+"/v1/identify", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out live.Visitor
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("identify: %d %v", res.StatusCode, err)
	}
	return out
}

func TestAnAccountIsAskedForByItsName(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	ann := linked(t, s, s.AcceptAll(), "ann")
	linked(t, s, s.RejectAll(), "bob")
	g := gate(t, s.URL, func(o *middleware.Options) {
		o.Token = live.Token
		o.ExternalID = func(r *http.Request) string { return r.Header.Get("X-Test-Account") }
	})
	allowed := func(v live.Visitor, account string) bool {
		return g.Allowed(request(t, v, "X-Test-Account", account), "analytics")
	}
	for name, c := range map[string]struct {
		visitor live.Visitor
		account string
		want    bool
	}{
		"nobody is logged in and nobody has chosen":              {live.Visitor{}, "", false},
		"nobody is logged in and the browser has chosen":         {s.AcceptAll(), "", true},
		"an account that granted, in a browser without cookies":  {live.Visitor{}, "ann", true},
		"an account that granted, in its own browser":            {ann, "ann", true},
		"an account that refused, in a browser without cookies":  {live.Visitor{}, "bob", false},
		"an account that refused, in a browser that has granted": {s.AcceptAll(), "bob", false},
		"an account that granted, in a browser that has refused": {s.RejectAll(), "ann", false},
		"an account of which nothing is known":                   {live.Visitor{}, "eve", false},
		"an unknown account, in a browser that has granted":      {s.AcceptAll(), "eve", false},
		"a name that is too long":                                {s.AcceptAll(), strings.Repeat("x", 300), false},
		"a name that smuggles another question in":               {live.Visitor{}, "bob&purpose=necessary", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := allowed(c.visitor, c.account); got != c.want {
				t.Errorf("allowed: %v", got)
			}
		})
	}
	// A withdrawal on one device counts wherever the account is logged in.
	s.Withdraw(ann)
	if allowed(live.Visitor{}, "ann") {
		t.Error("the account withdrew")
	}
	if _, err := middleware.New(middleware.Options{Server: s.URL, Site: "demo", ExternalID: func(*http.Request) string { return "" }}); err == nil {
		t.Error("accounts without a token were accepted")
	}
}

func TestCookiesOfALoggedInVisitorFollowTheAccount(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	linked(t, s, s.Choose(live.Visitor{}, "save", map[string]int{"analytics": 1, "marketing": 0, "functional": 0, "recording": 0}), "ann")
	g := gate(t, s.URL, func(o *middleware.Options) {
		o.Token = live.Token
		o.ExternalID = func(*http.Request) string { return "ann" }
	})
	h := g.Strip(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"_ga", "_fbp", "other"} {
			http.SetCookie(w, &http.Cookie{Name: name, Value: "1"})
		}
	}))
	for name, v := range map[string]live.Visitor{"in another browser": {}, "in a browser that granted all": s.AcceptAll()} {
		if res, _ := serve(t, h, v); names(res.Header) != "_ga other" {
			t.Errorf("%s: %s", name, names(res.Header))
		}
	}
}
