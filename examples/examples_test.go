package examples_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

func read(t *testing.T, name string) consent.Site {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var site consent.Site
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&site); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return site
}

func files() []string { return []string{"leadiumx.json", "../server/web/demo/site.json"} }

func TestSiteDocumentsMayBePublished(t *testing.T) {
	t.Parallel()
	for _, name := range files() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := read(t, name)
			if site.ID == "demo" {
				// The server fills in the address it listens on.
				site.Origins = append(site.Origins, "http://localhost:8080")
			}
			for _, f := range site.Validate(bundle.Locales()) {
				t.Errorf("%s: %s; %s", f.Path, f.Message, f.Fix)
			}
		})
	}
}

func TestDataIsSoldOrSharedWithConsentOnlyEverywhere(t *testing.T) {
	t.Parallel()
	for _, name := range files() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := read(t, name)
			for _, s := range site.Stricter {
				if mode, ok := s.Modes[consent.SaleShare]; ok && mode == consent.OptIn && len(s.Places) == 0 {
					return
				}
			}
			t.Error("no rule makes sale_share opt-in everywhere")
		})
	}
}

func TestOriginsOfTheRealSite(t *testing.T) {
	t.Parallel()
	site := read(t, "leadiumx.json")
	for _, tt := range []struct {
		name, origin string
		want         bool
	}{
		{"the apex", "https://leadiumx.ai", true},
		{"www", "https://www.leadiumx.ai", true},
		{"a deeper host", "https://app.eu.leadiumx.ai", true},
		{"plain http", "http://leadiumx.ai", false},
		{"a look-alike", "https://leadiumx.ai.example.com", false},
		{"a suffix without a dot", "https://evilleadiumx.ai", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := site.AllowsOrigin(tt.origin); got != tt.want {
				t.Errorf("AllowsOrigin(%s) = %v, want %v", tt.origin, got, tt.want)
			}
		})
	}
}
