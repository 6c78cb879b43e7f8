package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
	"github.com/leadiumx/consent/server/script"
)

// leaves lists the JSON paths of everything that can be set in a type.
func leaves(t reflect.Type, path string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map && t.Elem().Kind() != reflect.Interface {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return []string{path}
	}
	var all []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "-" && name != "" {
			all = append(all, leaves(t.Field(i).Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
	}
	return all
}

// elsewhere are the fields that nothing served speaks of: they name a site, or
// say how long its records are kept, which the tests of retention hold.
func elsewhere() []string { return []string{"id", "tenant", "retention_months"} }

// doc is a site document with everything set.
type doc = map[string]any

func fullDocument(t *testing.T, id string) doc {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "full-site.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d doc
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	d["id"] = id
	return d
}

// set puts a value at a path; in lists it means the first entry, or the one
// whose number stands in the path.
func set(d any, path string, value any) {
	head, rest, more := strings.Cut(path, ".")
	m := d.(map[string]any)
	if !more {
		if value == nil {
			delete(m, head)
		} else {
			m[head] = value
		}
		return
	}
	next := m[head]
	if list, ok := next.([]any); ok {
		at := 0
		if n, after, ok := strings.Cut(rest, "."); ok {
			if _, err := fmt.Sscanf(n, "%d", &at); err == nil {
				rest = after
			}
		}
		next = list[at]
	}
	if next == nil {
		next = map[string]any{}
		m[head] = next
	}
	set(next, rest, value)
}

// flips names for each field where in the document it is set, and what else.
func flips() map[string]map[string]any {
	one := func(path string, value any) map[string]any { return map[string]any{path: value} }
	return map[string]map[string]any{
		"name":                               one("name", "Another shop"),
		"origins":                            one("origins", []any{"https://other.example.com"}),
		"cookie_domain":                      one("cookie_domain", nil),
		"establishment":                      one("establishment", "US-CA"),
		"controller.name":                    one("controller.name", "Another company"),
		"controller.address":                 one("controller.address", "2 Side Street"),
		"controller.email":                   one("controller.email", "other@example.com"),
		"controller.phone":                   one("controller.phone", "+1 407 555 0199"),
		"controller.website":                 one("controller.website", "https://other.example.com"),
		"policy_url":                         one("policy_url", "https://www.example.com/other"),
		"locales":                            one("locales", []any{"de", "en"}),
		"purposes.id":                        {"purposes.2.id": "measuring", "cookies.purpose": "measuring", "vendors.0.purposes": []any{"marketing", "measuring"}},
		"purposes.classes":                   one("purposes.1.classes", []any{"functional", "analytics"}),
		"purposes.basis":                     one("purposes.1.basis", "legitimate_interest"),
		"purposes.levels":                    {"purposes.4.levels": []any{"metadata", "everything"}, "purposes.4.level_months": map[string]any{"everything": 2}},
		"purposes.level_months":              one("purposes.4.level_months", map[string]any{"everything": 1}),
		"purposes.own_audience":              one("purposes.2.own_audience", true),
		"vendors.id":                         {"vendors.0.id": "tube", "rules.0.vendor": nil, "cookies.1.vendor": nil},
		"vendors.name":                       one("vendors.0.name", "Another vendor"),
		"vendors.purposes":                   one("vendors.0.purposes", []any{"marketing", "functional", "analytics"}),
		"vendors.hosts":                      one("vendors.0.hosts", []any{"cdn.example.net"}),
		"vendors.consent_mode":               one("vendors.0.consent_mode", false),
		"vendors.country":                    one("vendors.0.country", "IE"),
		"vendors.role":                       one("vendors.0.role", "controller"),
		"vendors.transfer":                   one("vendors.0.transfer", "scc"),
		"vendors.policy_url":                 one("vendors.0.policy_url", "https://vendor.example.net/other"),
		"cookies.name":                       one("cookies.0.name", "_other"),
		"cookies.purpose":                    one("cookies.0.purpose", "functional"),
		"cookies.vendor":                     one("cookies.1.vendor", nil),
		"cookies.kind":                       one("cookies.0.kind", "local"),
		"cookies.partitioned":                one("cookies.0.partitioned", true),
		"cookies.lifetime":                   one("cookies.0.lifetime", "3 days"),
		"rules.match":                        one("rules.0.match", "*.example.org"),
		"rules.purpose":                      one("rules.0.purpose", "analytics"),
		"rules.level":                        {"rules.0.purpose": "recording", "rules.0.level": "everything", "rules.0.vendor": nil},
		"rules.vendor":                       one("rules.0.vendor", nil),
		"stricter.places":                    one("stricter.0.places", []any{"US-CA"}),
		"stricter.modes":                     one("stricter.0.modes", map[string]any{"analytics": "opt-in"}),
		"banner.layout":                      one("banner.layout", "modal"),
		"banner.position":                    one("banner.position", "left"),
		"banner.theme.scheme":                one("banner.theme.scheme", "light"),
		"banner.theme.accent":                one("banner.theme.accent", "#0a5c36"),
		"banner.theme.accent_text":           one("banner.theme.accent_text", "#fefefe"),
		"banner.theme.background":            one("banner.theme.background", "#fdfdfd"),
		"banner.theme.text":                  one("banner.theme.text", "#101010"),
		"banner.theme.border":                one("banner.theme.border", "#c0c0c0"),
		"banner.theme.border_width":          one("banner.theme.border_width", 3),
		"banner.theme.dark.border":           one("banner.theme.dark.border", "#404040"),
		"banner.theme.dark.accent":           one("banner.theme.dark.accent", "#b9b2ff"),
		"banner.theme.dark.accent_text":      one("banner.theme.dark.accent_text", "#0a0820"),
		"banner.theme.dark.background":       one("banner.theme.dark.background", "#0c0c0c"),
		"banner.theme.dark.text":             one("banner.theme.dark.text", "#fafafa"),
		"banner.theme.radius":                one("banner.theme.radius", 2),
		"banner.theme.spacing":               one("banner.theme.spacing", 30),
		"banner.theme.font":                  one("banner.theme.font", "Georgia, serif"),
		"banner.theme.logo":                  one("banner.theme.logo", "https://www.example.com/other.svg"),
		"banner.reopen":                      one("banner.reopen", false),
		"features.consent_mode":              {"features.consent_mode": false, "features.google": nil},
		"features.cookie_writes":             one("features.cookie_writes", false),
		"features.storage_writes":            one("features.storage_writes", true),
		"features.network":                   one("features.network", false),
		"features.report_only":               one("features.report_only", true),
		"features.google.mode":               one("features.google.mode", "basic"),
		"features.google.wait_for_update":    one("features.google.wait_for_update", 900),
		"features.google.url_passthrough":    one("features.google.url_passthrough", true),
		"features.google.ads_data_redaction": one("features.google.ads_data_redaction", true),
		"features.google.regions":            one("features.google.regions", []any{"US-CA", "FR"}),
		"features.uet":                       one("features.uet", true),
		"features.clarity":                   one("features.clarity", true),
		"features.meta":                      one("features.meta", true),
		"features.wordpress":                 one("features.wordpress", true),
		"features.debug":                     one("features.debug", true),
		"features.identify":                  one("features.identify", true),
		"features.insight":                   one("features.insight", true),
		"texts":                              one("texts", map[string]any{"en": map[string]any{"banner.title": "Another title"}}),
	}
}

// varying is what differs between any two sites: notes and MACs.
var varying = regexp.MustCompile(`1\.k1\.[A-Za-z0-9._+-]+`)

// looks are what a site shows and does, beside its script.
func (s *server) looks(id string) []func() string {
	fr := func(r *http.Request) { r.Header.Set("X-C", "FR") }
	get := func(path string, opts ...option) func() string {
		return func() string {
			a := s.do(http.MethodGet, path, "", opts...)
			text := varying.ReplaceAllString(strings.ReplaceAll(fmt.Sprint(a.status, string(a.body)), id, "SITE"), "NOTE")
			return text + a.header.Get("Access-Control-Allow-Origin")
		}
	}
	return []func() string{
		get("/v1/notice?site="+id, fr, fromPage("https://www.example.com")),
		get("/privacy/"+id, fr),
		func() string {
			// The note is nobody's: whether it is looked at depends on the page.
			body := `{"site":"` + id + `","id":"` + strings.Repeat("A", 22) + `","note":"x","levels":{},"action":"reject_all","age":0}`
			return fmt.Sprint(s.do(http.MethodPost, "/v1/consents", body, fromPage("https://www.example.com")).status)
		},
		get("/v1/check?site="+id+"&purpose=analytics&vendor=youtube&cookie=_ga", func(r *http.Request) { r.Header.Set("X-C", "US"); r.Header.Set("X-R", "US-CA") }),
	}
}

// only is the one edition of a site.
type only struct{ e *consent.Edition }

func (o only) Live(string) (*consent.Edition, error) { return o.e, nil }
func (o only) Upcoming(string) *consent.Edition      { return nil }

// compiled are the scripts of a document, each made when it is asked for.
func compiled(t *testing.T, d doc) []func() string {
	t.Helper()
	var site consent.Site
	if err := json.Unmarshal([]byte(encoded(t, d)), &site); err != nil {
		t.Fatal(err)
	}
	laws, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	e := consent.Next(nil, site, "", "", now)
	desk := script.New(script.Options{Editions: only{&e}, Laws: laws, Keys: keys, Clock: func() time.Time { return now }, CacheSize: 8})
	var all []func() string
	for _, code := range []string{"FR", "US-CA", "US-FL", "GB", "NZ"} {
		place, _ := consent.ParsePlace(code)
		all = append(all, func() string {
			made, err := desk.Script(script.Ask{Site: site.ID, Place: place})
			if err != nil {
				t.Fatal(err)
			}
			return string(made.Asset.JS)
		})
	}
	return all
}

func TestEveryFieldOfTheSiteDocumentChangesWhatIsServed(t *testing.T) {
	t.Parallel()
	s := start(t, "--geo-headers", "custom:X-C,X-R", "--trusted-proxies", "127.0.0.1/32")
	// apply publishes a document and returns all its looks; the scripts are
	// made under one id, since a name shortens differently beside another.
	apply := func(id string, changes map[string]any) []func() string {
		t.Helper()
		d := fullDocument(t, id)
		for _, path := range slices.Sorted(maps.Keys(changes)) {
			set(d, path, changes[path])
		}
		if a := s.do(http.MethodPut, "/v1/sites/"+id, encoded(t, d), operator); a.status != http.StatusOK {
			t.Errorf("%v = %d %s", changes, a.status, a.body)
		}
		d["id"] = "f00"
		return append(compiled(t, d), s.looks(id)...)
	}
	look := func(looks []func() string) (all []string) {
		for _, l := range looks {
			all = append(all, l())
		}
		return all
	}
	before := look(apply("f00", nil))
	for i, got := range look(apply("f01", nil)) {
		if got != before[i] {
			t.Fatalf("two equal documents look different at %d:\n%.300s\n%.300s", i, before[i], got)
		}
	}
	table := flips()
	for i, path := range leaves(reflect.TypeFor[consent.Site](), "") {
		changes, known := table[path]
		if !known {
			if !slices.Contains(elsewhere(), path) {
				t.Errorf("nobody says what %s changes: add it to the table", path)
			}
			continue
		}
		differs := false
		for j, l := range apply(fmt.Sprintf("g%02d", i), changes) {
			if differs = l() != before[j]; differs {
				break
			}
		}
		if !differs {
			t.Errorf("%s changes nothing that is served", path)
		}
	}
}

func TestASiteDocumentIsExportedAndAppliedBackUnchanged(t *testing.T) {
	t.Parallel()
	s := start(t)
	if a := s.do(http.MethodPut, "/v1/sites/f00", encoded(t, fullDocument(t, "f00")), operator); a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	file := filepath.Join(t.TempDir(), "site.json")
	if err := os.WriteFile(file, []byte(s.told("site", "export", "f00")), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := s.told("site", "apply", "-f", file); !strings.Contains(out, "nothing to do") {
		t.Fatalf("applying what was exported: %s", out)
	}
}
