package consent_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestFeaturesAreChecked(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*consent.Site)
		path   string
	}{
		{"options of a signal that is off", func(s *consent.Site) { s.Features.Google = &consent.Google{} }, "features.google"},
		{"tags wait for ever", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{WaitForUpdate: 5001}
		}, "features.google.wait_for_update"},
		{"a place that is none", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{Regions: []string{"FR", "Europe"}}
		}, "features.google.regions[1]"},
		{"a place named twice", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{Regions: []string{"US-CA", "US-CA"}}
		}, "features.google.regions[1]"},
		{"a mode of Consent Mode that is none", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{Mode: "expert"}
		}, "features.google.mode"},
		{"a rule with a scheme", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{{Match: "https://example.com", Purpose: "analytics"}}
		}, "rules[0].match"},
		{"a rule for every host", func(s *consent.Site) { s.HostRules = []consent.HostRule{{Match: "*", Purpose: "analytics"}} }, "rules[0].match"},
		{"a rule with a star within the host", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{{Match: "a.*.com", Purpose: "analytics"}}
		}, "rules[0].match"},
		{"a rule for a purpose that is none", func(s *consent.Site) { s.HostRules = []consent.HostRule{{Match: "example.com", Purpose: "fun"}} }, "rules[0].purpose"},
		{"a rule for a level that is none", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{{Match: "example.com", Purpose: "recording", Level: "all"}}
		}, "rules[0].level"},
		{"a rule for a vendor that is none", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{{Match: "example.com", Purpose: "analytics", Vendor: "nobody"}}
		}, "rules[0].vendor"},
		{"a rule that can never count", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{{Match: "example.com/a*", Purpose: "analytics"}, {Match: "example.com/ab", Purpose: "marketing"}}
		}, "rules[1]"},
		{"more rules than there may be", func(s *consent.Site) {
			for i := range consent.MaxRules + 1 {
				s.HostRules = append(s.HostRules, consent.HostRule{Match: fmt.Sprintf("h%d.example.com", i), Purpose: "analytics"})
			}
		}, "rules"},
		{"rules in order", func(s *consent.Site) {
			s.HostRules = []consent.HostRule{
				{Match: "*.example.com/a*?id=*", Purpose: "recording", Level: "no_pii", Vendor: "youtube"}, {Match: "localhost", Purpose: "necessary"}, {Match: "*.example.com", Purpose: "analytics"},
			}
		}, ""},
		{"a database named with spaces", func(s *consent.Site) {
			s.Cookies = []consent.Cookie{{Name: "stat db *", Purpose: "analytics", Kind: "idb"}, {Name: "/push/", Purpose: "analytics", Kind: "worker"}}
		}, ""},
		{"a cookie named with spaces", func(s *consent.Site) { s.Cookies = []consent.Cookie{{Name: "stat db", Purpose: "analytics"}} }, "cookies[0].name"},
		{"every database", func(s *consent.Site) { s.Cookies = []consent.Cookie{{Name: "**", Purpose: "analytics", Kind: "idb"}} }, "cookies[0].name"},
		{"a partitioned key", func(s *consent.Site) {
			s.Cookies = []consent.Cookie{{Name: "a", Purpose: "analytics", Kind: "local", Partitioned: true}}
		}, "cookies[0].partitioned"},
		{"all in order", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{WaitForUpdate: 500, Regions: []string{"US-CA", "US"}}
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := shop()
			c.change(&site)
			paths := []string{}
			for _, f := range site.Validate(languages()) {
				paths = append(paths, f.Path)
			}
			want := []string{}
			if c.path != "" {
				want = append(want, c.path)
			}
			if !slices.Equal(paths, want) {
				t.Errorf("found %v, not %v", paths, want)
			}
		})
	}
}
