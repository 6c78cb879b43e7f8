package bundle_test

import (
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestAFeatureThatIsOffCostsNothing(t *testing.T) {
	t.Parallel()
	off := string(compile(t, input(t, "FR", nil)).JS)
	for name, c := range map[string]struct {
		on    func(*consent.Site)
		marks []string
	}{
		"rules": {func(s *consent.Site) {
			s.Features.Network, s.HostRules = true, []consent.HostRule{{Match: "tracker.example.com/a*", Purpose: "analytics"}}
		}, []string{"tracker.example.com", "XMLHttpRequest", "insertAdjacentHTML", "lxconsent:held"}},
		"writes of storage": {func(s *consent.Site) { s.Features.StorageWrites = true }, []string{"CookieStore", "setItem"}},
		"UET":               {func(s *consent.Site) { s.Features.UET = true }, []string{"uetq"}},
		"Clarity":           {func(s *consent.Site) { s.Features.Clarity = true }, []string{"consentv2"}},
		"Meta":              {func(s *consent.Site) { s.Features.Meta = true }, []string{"fbq"}},
		"WordPress":         {func(s *consent.Site) { s.Features.WordPress = true }, []string{"wp_consent_type"}},
		"options of Consent Mode": {func(s *consent.Site) {
			s.Features.Google = &consent.Google{WaitForUpdate: 500, URLPassthrough: true}
		}, []string{"wait_for_update", "url_passthrough"}},
		"the debug panel":     {func(s *consent.Site) { s.Features.Debug = true }, []string{"lx-debug"}},
		"databases":           {func(s *consent.Site) { s.Cookies[0].Kind = "idb" }, []string{"deleteDatabase"}},
		"partitioned cookies": {func(s *consent.Site) { s.Cookies[0].Partitioned = true }, []string{"Partitioned"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on := string(compile(t, input(t, "FR", c.on)).JS)
			for _, mark := range c.marks {
				if !strings.Contains(on, mark) {
					t.Errorf("the script with it does not hold %s", mark)
				}
				if strings.Contains(off, mark) {
					t.Errorf("the script without it holds %s", mark)
				}
			}
		})
	}
}

func TestTheAdvancedModeLetsThoseLoadThatReadIt(t *testing.T) {
	t.Parallel()
	site := func(mode string) func(*consent.Site) {
		return func(s *consent.Site) {
			s.Features.Network, s.Features.Google = true, &consent.Google{Mode: mode}
			s.Vendors = append(s.Vendors,
				consent.Vendor{ID: "tags", Name: "Tags", Purposes: []string{"analytics"}, Hosts: []string{"tags.example.com"}, ConsentMode: true},
				consent.Vendor{ID: "other", Name: "Other", Purposes: []string{"analytics"}, Hosts: []string{"other.example.com"}},
			)
		}
	}
	for mode, held := range map[string]bool{"": true, "basic": true, "advanced": false} {
		js := string(compile(t, input(t, "FR", site(mode))).JS)
		if strings.Contains(js, "tags.example.com") != held {
			t.Errorf("in mode %q the vendor is held: %v", mode, !held)
		}
		if !strings.Contains(js, "other.example.com") {
			t.Errorf("in mode %q another vendor is not held", mode)
		}
	}
}
