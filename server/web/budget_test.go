package web_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/boltstore"
	"github.com/leadiumx/consent/server/web"
)

func TestAnOrganisationHasOnlySoManyDownloadsUnderWay(t *testing.T) {
	t.Parallel()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "consent.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	people, err := admin.New(admin.Options{Store: store, Clock: time.Now, Random: rand.Reader, Keys: keys, Token: operatorsToken()})
	if err != nil {
		t.Fatal(err)
	}
	setup, err := people.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner, err := people.SignInBySetup(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	begun, end := make(chan struct{}), make(chan struct{})
	here := httptest.NewServer(web.New(web.Options{
		Admin: people, Places: nowhere{}, Clock: time.Now, Log: slog.New(slog.DiscardHandler), Limits: web.Limits{Downloads: 1},
		Backup: func(_ context.Context, w io.Writer) error {
			begun <- struct{}{}
			<-end
			_, err := io.WriteString(w, "all")
			return err
		},
	}).Handler())
	defer here.Close()
	type answer struct {
		status int
		retry  string
		body   string
	}
	ask := func(name, value string) chan answer {
		done := make(chan answer, 1)
		go func() {
			var a answer
			defer func() { done <- a }()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, here.URL+"/v1/backup", nil)
			if err != nil {
				t.Error(err)
				return
			}
			req.Header.Set(name, value)
			res, err := here.Client().Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Error(err)
			}
			a = answer{res.StatusCode, res.Header.Get("Retry-After"), string(b)}
		}()
		return done
	}
	session := "lx_session=" + owner.Token
	first := ask("Cookie", session)
	<-begun
	if second := <-ask("Cookie", session); second.status != http.StatusTooManyRequests || second.retry == "" {
		t.Errorf("a second download = %d, Retry-After %q", second.status, second.retry)
	}
	operators := ask("Authorization", "Bearer "+operatorsToken())
	<-begun
	close(end)
	for name, a := range map[string]answer{"the first": <-first, "the operator's": <-operators} {
		if a.status != http.StatusOK || a.body != "all" {
			t.Errorf("%s = %d %s", name, a.status, a.body)
		}
	}
	third := ask("Cookie", session)
	<-begun
	if a := <-third; a.status != http.StatusOK {
		t.Errorf("one behind it = %d %s", a.status, a.body)
	}
}
