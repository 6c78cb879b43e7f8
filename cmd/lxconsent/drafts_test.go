package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestADraftIsSavedOverTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	put := func(version, name string) answer {
		doc := strings.Replace(siteDocument(t, "shop"), `"id":"shop"`, `"id":"shop","tenant":"default"`, 1)
		opts := append([]option{}, owner.opts...)
		if version != "" {
			opts = append(opts, header("If-Match", version))
		}
		return s.do(http.MethodPut, "/v1/sites/shop/draft", strings.Replace(doc, `"policy_url":"`, `"policy_url":"`+name, 1), opts...)
	}
	first := put("", "")
	version := first.header.Get("ETag")
	if first.status != http.StatusOK || version == "" {
		t.Fatalf("saving = %d %s", first.status, first.body)
	}
	if a := owner.must(http.StatusOK, http.MethodGet, "/v1/sites/shop", ""); a.header.Get("ETag") != version {
		t.Errorf("the draft has the version %s", a.header.Get("ETag"))
	}
	second := put(version, "")
	if second.status != http.StatusOK || second.header.Get("ETag") == version {
		t.Fatalf("saving over it = %d %s", second.status, second.body)
	}
	if a := put(version, ""); a.status != http.StatusPreconditionFailed || a.text(t, "code") != "changed-meanwhile" {
		t.Errorf("saving over an old version = %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPost, "/v1/sites/shop/publish", `{}`, append(owner.opts, header("If-Match", version))...); a.status != http.StatusPreconditionFailed {
		t.Errorf("publishing an old version = %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), append(owner.opts, header("If-Match", version))...); a.status != http.StatusPreconditionFailed {
		t.Errorf("publishing a document over an old version = %d %s", a.status, a.body)
	}
	if a := s.do(http.MethodPut, "/v1/sites/none", siteDocument(t, "none"), append(owner.opts, header("If-Match", version))...); a.status != http.StatusNotFound {
		t.Errorf("publishing over what is not there = %d %s", a.status, a.body)
	}
	for _, malformed := range []string{"nonsense", `"-1"`, `W/""`, `"1", "2"`} {
		if a := put(malformed, ""); a.status != http.StatusBadRequest {
			t.Errorf("a malformed version %s = %d", malformed, a.status)
		}
	}
	// Proxies that compress an answer change its tag.
	for _, changed := range []func(string) string{
		func(tag string) string { return "W/" + tag },
		func(tag string) string { return strings.TrimSuffix(tag, `"`) + `-gzip"` },
	} {
		now := owner.must(http.StatusOK, http.MethodGet, "/v1/sites/shop", "").header.Get("ETag")
		if a := put(changed(now), ""); a.status != http.StatusOK {
			t.Errorf("saving over %s = %d %s", changed(now), a.status, a.body)
		}
		if a := put(changed(now), ""); a.status != http.StatusPreconditionFailed {
			t.Errorf("saving over %s once more = %d", changed(now), a.status)
		}
	}
	owner.must(http.StatusOK, http.MethodPost, "/v1/sites/shop/publish", `{}`)
	now := owner.must(http.StatusOK, http.MethodGet, "/v1/sites/shop", "").header.Get("ETag")
	if a := s.do(http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), append(owner.opts, header("If-Match", now))...); a.status != http.StatusOK {
		t.Errorf("publishing a document over the version that there is = %d %s", a.status, a.body)
	}
}

func TestASiteIsArchivedRestoredAndDeletedForGood(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.do(http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), operator); a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	script := func() int { return s.do(http.MethodGet, "/s/shop.js", "").status }
	must := func(method, path string, status int) {
		t.Helper()
		if a := s.do(method, path, "", operator); a.status != status {
			t.Fatalf("%s %s = %d %s", method, path, a.status, a.body)
		}
	}
	must(http.MethodDelete, "/v1/sites/shop", http.StatusConflict)
	must(http.MethodPost, "/v1/sites/shop/archive", http.StatusNoContent)
	if got := script(); got != http.StatusNotFound {
		t.Errorf("an archived site's script = %d", got)
	}
	must(http.MethodGet, "/v1/sites/shop/records", http.StatusOK)
	if a := s.do(http.MethodPut, "/v1/sites/shop", siteDocument(t, "shop"), operator); a.status != http.StatusConflict {
		t.Errorf("publishing an archived site = %d %s", a.status, a.body)
	}
	must(http.MethodDelete, "/v1/sites/shop/archive", http.StatusNoContent)
	if got := script(); got != http.StatusOK {
		t.Errorf("a restored site's script = %d", got)
	}
	must(http.MethodPost, "/v1/sites/shop/archive", http.StatusNoContent)
	must(http.MethodDelete, "/v1/sites/shop", http.StatusNoContent)
	must(http.MethodDelete, "/v1/sites/shop/archive", http.StatusConflict)
	if a := s.do(http.MethodGet, "/v1/sites", "", operator); strings.Contains(string(a.body), `"shop"`) {
		t.Errorf("a deleted site is listed: %s", a.body)
	}
	// What visitors chose can still be proved.
	must(http.MethodGet, "/v1/sites/shop/evidence", http.StatusOK)
}

func TestADemoThatWasArchivedOrDeletedKeepsNoServerFromStarting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct{ name, method, path string }{{"archived", http.MethodPost, "/v1/sites/demo/archive"}, {"deleted", http.MethodDelete, "/v1/sites/demo"}} {
		s := startIn(t, dir)
		if a := s.do(c.method, c.path, "", operator); a.status != http.StatusNoContent {
			t.Fatalf("%s: %d %s", c.name, a.status, a.body)
		}
		s.stop()
		s = startIn(t, dir)
		if a := s.do(http.MethodGet, "/s/demo.js", ""); a.status != http.StatusNotFound {
			t.Errorf("its script, %s: %d", c.name, a.status)
		}
		s.stop()
	}
}

func TestAReviewerSeesTheDraftUntilTheLinkIsRevoked(t *testing.T) {
	t.Parallel()
	s := start(t)
	owner := ann(t, s)
	made := owner.must(http.StatusOK, http.MethodPost, "/v1/sites/demo/shares", `{"days":7,"note":"for counsel"}`)
	path := strings.TrimPrefix(made.text(t, "url"), s.url)
	page := s.do(http.MethodGet, path+"?place=FR&lang=de", "")
	if page.status != http.StatusOK || !strings.Contains(string(page.body), `lang="de"`) || !strings.Contains(string(page.body), "place=FR") {
		t.Fatalf("the page = %d %s", page.status, page.body)
	}
	script := s.do(http.MethodGet, path+"/script.js?place=FR&lang=de", "")
	if script.status != http.StatusOK || !strings.Contains(string(script.body), "blehnen") {
		t.Errorf("the script = %d", script.status)
	}
	id := made.field(t, "share").(map[string]any)["id"].(string)
	owner.must(http.StatusOK, http.MethodGet, "/v1/sites/demo/shares", "")
	owner.must(http.StatusNoContent, http.MethodDelete, "/v1/sites/demo/shares/"+id, "")
	if a := s.do(http.MethodGet, path, ""); a.status != http.StatusNotFound {
		t.Errorf("a revoked link = %d", a.status)
	}
	owner.must(http.StatusUnprocessableEntity, http.MethodPost, "/v1/sites/demo/shares", `{"days":400}`)
}

func TestADraftIsHeldAgainstWhatWasPublishedLast(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(s *server, later string){
		"of a site that is live": func(*server, string) {},
		"of one that was archived since": func(s *server, _ string) {
			s.do(http.MethodPost, "/v1/sites/shop/archive", "", operator)
		},
		"of one whose next edition waits for its day": func(s *server, later string) {
			if a := s.do(http.MethodPut, "/v1/sites/shop?effective_at="+inAYear(), later, operator); a.status != http.StatusOK {
				s.t.Fatalf("planning = %d %s", a.status, a.body)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			doc := siteDocument(t, "shop")
			later := strings.Replace(doc, `"policy_url":"https://`, `"policy_url":"https://www.`, 1)
			if a := s.do(http.MethodPut, "/v1/sites/shop", doc, operator); a.status != http.StatusOK {
				t.Fatalf("apply = %d %s", a.status, a.body)
			}
			then(s, later)
			if strings.Contains(name, "waits") {
				doc, later = later, doc
			}
			for draft, changed := range map[string]bool{doc: false, later: true} {
				a := s.do(http.MethodPut, "/v1/sites/shop/draft", draft, operator)
				if a.status != http.StatusOK || a.field(t, "changed") != changed {
					t.Errorf("saving it = %d %s; want changed %v", a.status, a.body, changed)
				}
				if row := s.do(http.MethodGet, "/v1/sites/shop", "", operator); row.field(t, "changed") != changed {
					t.Errorf("the list says changed %v; want %v", row.field(t, "changed"), changed)
				}
			}
		})
	}
}
