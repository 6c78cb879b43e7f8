package web_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/collect"
	"github.com/leadiumx/consent/server/gate"
	"github.com/leadiumx/consent/server/publish"
	"github.com/leadiumx/consent/server/rights"
	"github.com/leadiumx/consent/server/script"
	"github.com/leadiumx/consent/server/web"
)

// stuck is a store that never answers by itself, behind a node log that keeps
// writes. It adds up how long it would be waited for, by the callers' own
// deadlines, so that no clock of the test decides.
type stuck struct {
	consent.Store

	mu      sync.Mutex
	waited  time.Duration
	endless bool
}

func (s *stuck) wait(ctx context.Context) error {
	end, ok := ctx.Deadline()
	s.mu.Lock()
	s.endless = s.endless || !ok
	s.waited += max(0, time.Until(end))
	s.mu.Unlock()
	if ok {
		<-ctx.Done()
	}
	return consent.Fail(consent.Unavailable, "the store is away", "wait")
}

func (s *stuck) Latest(ctx context.Context, _, _ string) (consent.Record, error) {
	return consent.Record{}, s.wait(ctx)
}

func (s *stuck) Standing(ctx context.Context, _, _ string, _ *consent.Standing) error {
	return s.wait(ctx)
}

func (s *stuck) Devices(ctx context.Context, _, _ string) ([]string, error) {
	return nil, s.wait(ctx)
}

func (s *stuck) History(ctx context.Context, _, _ string) ([]consent.Record, error) {
	return nil, s.wait(ctx)
}

func (s *stuck) Document(ctx context.Context, _, _ string) (consent.Document, error) {
	return consent.Document{}, s.wait(ctx)
}

func (s *stuck) PutDocument(ctx context.Context, d consent.Document, _ ...consent.Document) (consent.Document, error) {
	return d, s.wait(ctx)
}

func (s *stuck) Level() consent.Level { return consent.StoredLocal }

func (s *stuck) Append(_ context.Context, r consent.Record) (consent.Record, bool, error) {
	return r, true, nil
}

func (s *stuck) EraseLevel(context.Context, string, string, time.Time, bool) (consent.Level, error) {
	return consent.StoredLocal, nil
}

func (s *stuck) KeptEditions() []consent.Edition {
	return []consent.Edition{consent.Next(nil, consent.Site{
		ID: "shop", Tenant: "default", Locales: []string{"en"}, Origins: []string{"https://shop.example"},
		Purposes: []consent.Purpose{{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent}},
	}, "a", "", time.Unix(0, 0))}
}

func (s *stuck) KeptDocument(string, string) (consent.Document, bool, error) {
	return consent.Document{}, false, nil
}

type nowhere struct{ web.Locator }

func (nowhere) Locate(netip.Addr, http.Header) (consent.Place, netip.Addr, string) {
	return consent.Place{}, netip.Addr{}, "none"
}
func (nowhere) Trusts(netip.Addr) bool { return false }

func operatorsToken() string { return strings.Repeat("o", admin.MinTokenLength) }

// keeping is a store of which this node has copies.
type keeping interface {
	consent.Store
	publish.Keeper
}

// full is a tray on a disk that takes nothing more.
type full struct{ rights.Tray }

func (full) Put(string, []byte) error { return errors.New("no space left on device") }
func (full) Get(string) ([]byte, error) {
	return nil, consent.Fail(consent.NotFound, "nothing", "nothing")
}
func (full) Names() (names []string, _ error) { return nil, nil }

// unstated is a ledger of which nothing is stated.
type unstated struct{}

func (unstated) Statements(context.Context, string) ([]string, error) { return nil, nil }
func (unstated) Excuses(context.Context, string) ([]string, error)    { return []string{"excuse"}, nil }

// server answers over a store.
func server(t *testing.T, store keeping, keys *consent.Keyring) http.Handler {
	t.Helper()
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	sites := publish.New(publish.Options{Store: store, Clock: time.Now, Log: log})
	if n, err := sites.LoadKept(t.Context(), store); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	people, err := admin.New(admin.Options{Store: store, Clock: time.Now, Random: rand.Reader, Keys: keys, Token: operatorsToken()})
	if err != nil {
		t.Fatal(err)
	}
	return web.New(web.Options{
		Scripts: script.New(script.Options{Editions: sites, Laws: laws, Keys: keys, Clock: time.Now, CacheSize: 8}),
		Publish: sites, Admin: people, Places: nowhere{}, Keys: keys, Laws: laws, Records: store, Clock: time.Now, Log: log,
		Gate: gate.New(gate.Options{Records: store, Editions: sites, Laws: laws, Keys: keys, Clock: time.Now, Patience: 90 * time.Millisecond}),
		Collect: collect.New(collect.Options{
			Records: store, Editions: sites, Laws: laws, Keys: keys, Clock: time.Now, Random: rand.Reader,
			WordsHash: func(*consent.Site, law.Regime, string) string { return "" },
		}),
		Rights:    rights.New(rights.Options{Cabinet: store, Laws: laws, Keys: keys, Clock: time.Now, Random: rand.Reader, Tray: full{}}),
		Ledger:    unstated{},
		StoreAway: func() bool { return false },
	}).Handler()
}

func TestNoVisitorAndNoCheckWaitsLongForAStoreThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	const subject = "AAAAAAAAAAAAAAAAAAAAAA"
	token := consent.SealSubject(keys, "default", "shop", consent.SubjectToken{Subject: subject, Clock: 1})
	account := consent.SealSubject(keys, "default", "shop", consent.SubjectToken{Subject: subject, Clock: 1, Account: true})
	granted := consent.SealCookie(keys, "default", "shop", &consent.Choice{
		Edition: 1, Regime: "unknown", Clock: time.Now().Unix(), Levels: map[string]int{"analytics": 1},
	})
	const key = "Bearer lxk_abc.def"
	for name, c := range map[string]struct {
		method, path, body, auth, cookie string
		status                           int
		want                             string
	}{
		"a check by the subject's cookie":                {path: "/v1/check?site=shop&purpose=analytics", cookie: "lx_subject=" + token, status: 200, want: `"unavailable"`},
		"a check by a subject with the operator's token": {path: "/v1/check?site=shop&purpose=analytics&subject=" + subject, auth: "Bearer " + operatorsToken(), status: 200, want: `"unavailable"`},
		"a check by a subject with an API key":           {path: "/v1/check?site=shop&purpose=analytics&subject=" + subject, auth: key, status: 200, want: `"unavailable"`},
		"a check by an account with an API key":          {path: "/v1/check?site=shop&purpose=analytics&external_id=ann", auth: key, status: 200, want: `"unavailable"`},
		"a check by a signed cookie with an API key":     {path: "/v1/check?site=shop&purpose=analytics", auth: key, cookie: "lx_consent=" + granted, status: 200, want: `"granted"`},
		"the gate by a subject with an API key":          {path: "/v1/gate?site=shop&purpose=analytics&subject=" + subject, auth: key, status: 403},
		"the gate by the subject's cookie":               {path: "/v1/gate?site=shop&purpose=analytics", cookie: "lx_subject=" + token, status: 403},
		"a batch with an API key": {
			method: "POST", path: "/v1/check", auth: key, status: 200, want: `"unavailable"`,
			body: `{"asks":[{"site":"shop","purpose":"analytics","subject":"` + subject + `"},{"site":"shop","purpose":"analytics","consent":"` + granted + `"}]}`,
		},
		"a withdrawal of a known subject":  {method: "POST", path: "/v1/consents/me?site=shop", body: `{"act":"withdraw"}`, auth: "Consent " + token, status: 201, want: `"stored":"local"`},
		"an objection of nobody":           {method: "POST", path: "/v1/consents/me?site=shop", body: `{"act":"object"}`, status: 201, want: `"stored":"local"`},
		"a restriction":                    {method: "POST", path: "/v1/consents/me?site=shop", body: `{"act":"restrict"}`, auth: "Consent " + token, status: 201, want: `"stored":"local"`},
		"an erasure":                       {method: "DELETE", path: "/v1/consents/me?site=shop", auth: "Consent " + token, status: 200, want: `"stored":"local"`},
		"an erasure of an account":         {method: "DELETE", path: "/v1/consents/me?site=shop", auth: "Consent " + account, status: 200, want: `"stored":"local"`},
		"a lifting, which needs the store": {method: "POST", path: "/v1/consents/me?site=shop", body: `{"act":"lift"}`, auth: "Consent " + token, status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &stuck{}
			req := httptest.NewRequestWithContext(t.Context(), cmp.Or(c.method, http.MethodGet), c.path, strings.NewReader(c.body))
			for k, v := range map[string]string{"Authorization": c.auth, "Cookie": c.cookie} {
				if v != "" {
					req.Header.Set(k, v)
				}
			}
			if c.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			rec := httptest.NewRecorder()
			server(t, store, keys).ServeHTTP(rec, req)
			body, _ := io.ReadAll(rec.Result().Body)
			if rec.Code != c.status || !strings.Contains(string(body), c.want) {
				t.Errorf("%d %s", rec.Code, body)
			}
			if store.endless || store.waited > 150*time.Millisecond {
				t.Errorf("the store may be waited for %v, endless %v", store.waited, store.endless)
			}
		})
	}
}

// slow is a store that always answers, but late.
type slow struct {
	stuck
	takes time.Duration
}

func (s *slow) Standing(ctx context.Context, _, _ string, _ *consent.Standing) error {
	select {
	case <-time.After(s.takes):
		return consent.Fail(consent.NotFound, "nobody", "")
	case <-ctx.Done():
		return consent.Fail(consent.Unavailable, "the store is late", "wait")
	}
}

func TestAThousandChecksOfASlowStoreTakeNoLongerThanOne(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	asks := strings.TrimSuffix(strings.Repeat(`{"site":"shop","purpose":"analytics","subject":"AAAAAAAAAAAAAAAAAAAAAA"},`, 1000), ",")
	synctest.Test(t, func(t *testing.T) {
		handler, began := server(t, &slow{takes: 60 * time.Millisecond}, keys), time.Now()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/check", strings.NewReader(`{"asks":[`+asks+`]}`))
		req.Header.Set("Authorization", "Bearer "+operatorsToken())
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, req)
		body := rec.Body.String()
		if rec.Code != http.StatusOK || strings.Count(body, `"allow":false`) != 1000 || !strings.Contains(body, `"no-record"`) || !strings.Contains(body, `"unavailable"`) {
			t.Errorf("%d %.300s", rec.Code, body)
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("all together took %v", took)
		}
	})
}

// broken is a store in which the program meets what cannot be.
type broken struct{ stuck }

func (*broken) Standing(context.Context, string, string, *consent.Standing) error {
	panic("a page that cannot be")
}

func TestAPanicDeniesAndEndsNothingElse(t *testing.T) {
	t.Parallel()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	handler := server(t, &broken{}, keys)
	const subject = "AAAAAAAAAAAAAAAAAAAAAA"
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		decision           string
	}{
		"a check":                      {http.MethodGet, "/v1/check?site=shop&purpose=analytics&subject=" + subject, "", 500, ""},
		"a batch":                      {http.MethodPost, "/v1/check", `{"asks":[{"site":"shop","purpose":"analytics","subject":"` + subject + `"}]}`, 500, ""},
		"the gate":                     {http.MethodGet, "/v1/gate?site=shop&purpose=analytics&subject=" + subject, "", 403, "deny; reason=unavailable"},
		"the gate, asked with no body": {http.MethodHead, "/v1/gate?site=shop&purpose=analytics&subject=" + subject, "", 403, "deny; reason=unavailable"},
	} {
		for range 2 {
			req := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
			req.Header.Set("Authorization", "Bearer "+operatorsToken())
			req.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, req)
			if rec.Code != c.status || rec.Header().Get("Consent-Decision") != c.decision || strings.Contains(rec.Body.String(), "page") {
				t.Errorf("%s: %d, %q, %s", name, rec.Code, rec.Header().Get("Consent-Decision"), rec.Body)
			}
		}
	}
}
