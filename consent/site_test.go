package consent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

// shop is a site document without a fault.
func shop() consent.Site {
	radius := 8
	return consent.Site{
		ID: "shop", Tenant: "acme", Name: "Shop", Origins: []string{"https://shop.example.com", "https://*.example.org", "http://localhost:8080", "http://[::1]:8080"},
		CookieDomain: "example.com", Establishment: "US-FL",
		Controller: consent.Controller{Name: "Acme", Address: "1 Main Street", Email: "privacy@example.com", Website: "https://example.com"},
		PolicyURL:  "https://example.com/privacy", Locales: []string{"en", "fr"},
		Purposes: []consent.Purpose{
			{ID: "necessary", Classes: []consent.Class{consent.Necessary}, Basis: consent.BasisLegitimateInterest},
			{ID: "functional", Classes: []consent.Class{consent.Functional}, Basis: consent.BasisConsent},
			{ID: "analytics", Classes: []consent.Class{consent.Analytics}, Basis: consent.BasisConsent, OwnAudience: true},
			{ID: "marketing", Classes: []consent.Class{consent.Ads, consent.SaleShare}, Basis: consent.BasisConsent},
			{ID: "recording", Classes: []consent.Class{consent.Recording}, Basis: consent.BasisConsent, Levels: []string{"metadata", "no_pii", "everything"}},
		},
		Vendors:  []consent.Vendor{{ID: "youtube", Name: "YouTube", Purposes: []string{"marketing"}, Hosts: []string{"www.youtube.com", "*.ytimg.com"}, Country: "US", PolicyURL: "https://example.net/privacy"}},
		Cookies:  []consent.Cookie{{Name: "_ga*", Purpose: "analytics"}, {Name: "_fbp", Purpose: "marketing", Vendor: "youtube", Kind: "local", Lifetime: "3 months"}},
		Stricter: []consent.Stricter{{Places: []string{"US"}, Modes: map[consent.Class]consent.Mode{consent.SaleShare: consent.OptIn}}},
		Banner:   consent.Banner{Layout: "bar", Position: "bottom", Theme: consent.Theme{Scheme: "auto", Accent: "#06c", AccentText: "#ffffff", Radius: &radius, Font: "Inter, system-ui", Dark: &consent.Colours{Accent: "#9cf"}}},
		Texts:    map[string]map[string]string{"fr": {"banner.title": "Bonjour"}},
	}
}

func languages() []string { return []string{"en", "fr", "de"} }

func TestValidateAcceptsAGoodSite(t *testing.T) {
	t.Parallel()
	s := shop()
	if found := s.Validate(languages()); found != nil {
		t.Errorf("findings: %+v", found)
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*consent.Site)
		path  string
	}{
		"an empty id":                                      {func(s *consent.Site) { s.ID = "" }, "id"},
		"an id with a capital":                             {func(s *consent.Site) { s.ID = "Shop" }, "id"},
		"an id with a slash":                               {func(s *consent.Site) { s.ID = "a/b" }, "id"},
		"an id that is too long":                           {func(s *consent.Site) { s.ID = strings.Repeat("a", 33) }, "id"},
		"no name":                                          {func(s *consent.Site) { s.Name = " " }, "name"},
		"no controller":                                    {func(s *consent.Site) { s.Controller.Name = "" }, "controller.name"},
		"no address":                                       {func(s *consent.Site) { s.Controller.Address = "" }, "controller.address"},
		"no e-mail":                                        {func(s *consent.Site) { s.Controller.Email = "us" }, "controller.email"},
		"a website that is no address":                     {func(s *consent.Site) { s.Controller.Website = "javascript:alert(1)" }, "controller.website"},
		"no establishment":                                 {func(s *consent.Site) { s.Establishment = "" }, "establishment"},
		"an unknown establishment":                         {func(s *consent.Site) { s.Establishment = "unknown" }, "establishment"},
		"an establishment in words":                        {func(s *consent.Site) { s.Establishment = "Florida" }, "establishment"},
		"no policy":                                        {func(s *consent.Site) { s.PolicyURL = "" }, "policy_url"},
		"a policy that is a script":                        {func(s *consent.Site) { s.PolicyURL = "javascript:alert(1)" }, "policy_url"},
		"a policy that is a script behind a host":          {func(s *consent.Site) { s.PolicyURL = "javascript://example.com/%0aalert(1)" }, "policy_url"},
		"a logo that is a script behind a host":            {func(s *consent.Site) { s.Banner.Theme.Logo = "javascript://example.com/%0aalert(1)" }, "banner.theme.logo"},
		"a policy without a host":                          {func(s *consent.Site) { s.PolicyURL = "/privacy" }, "policy_url"},
		"a cookie domain with a scheme":                    {func(s *consent.Site) { s.CookieDomain = "https://example.com" }, "cookie_domain"},
		"a cookie domain with a semicolon":                 {func(s *consent.Site) { s.CookieDomain = "example.com;x" }, "cookie_domain"},
		"no origins":                                       {func(s *consent.Site) { s.Origins = nil }, "origins"},
		"an origin with a path":                            {func(s *consent.Site) { s.Origins[0] += "/" }, "origins[0]"},
		"an origin with the port that goes without saying": {func(s *consent.Site) { s.Origins[0] = "https://example.com:443" }, "origins[0]"},
		"an origin without a scheme":                       {func(s *consent.Site) { s.Origins[1] = "example.com" }, "origins[1]"},
		"an origin of another scheme":                      {func(s *consent.Site) { s.Origins[0] = "file://example.com" }, "origins[0]"},
		"the origin null":                                  {func(s *consent.Site) { s.Origins[0] = "null" }, "origins[0]"},
		"an origin with a name":                            {func(s *consent.Site) { s.Origins[0] = "https://me@example.com" }, "origins[0]"},
		"every origin":                                     {func(s *consent.Site) { s.Origins[0] = "https://*" }, "origins[0]"},
		"a star inside a host":                             {func(s *consent.Site) { s.Origins[0] = "https://a.*.com" }, "origins[0]"},
		"no language":                                      {func(s *consent.Site) { s.Locales = nil; s.Texts = nil }, "locales"},
		"a language without words":                         {func(s *consent.Site) { s.Locales = []string{"en", "tlh"}; s.Texts = nil }, "locales[1]"},
		"a language twice":                                 {func(s *consent.Site) { s.Locales = []string{"en", "en"}; s.Texts = nil }, "locales[1]"},
		"no purposes":                                      {func(s *consent.Site) { s.Purposes, s.Vendors, s.Cookies = nil, nil, nil }, "purposes"},
		"a purpose without a class":                        {func(s *consent.Site) { s.Purposes[1].Classes = nil }, "purposes[1].classes"},
		"a class that nobody knows":                        {func(s *consent.Site) { s.Purposes[1].Classes = []consent.Class{"fun"} }, "purposes[1].classes[0]"},
		"necessary beside ads":                             {func(s *consent.Site) { s.Purposes[3].Classes = []consent.Class{consent.Necessary, consent.Ads} }, "purposes[3].classes"},
		"a basis that nobody knows":                        {func(s *consent.Site) { s.Purposes[1].Basis = "because" }, "purposes[1].basis"},
		"an id of a purpose twice":                         {func(s *consent.Site) { s.Purposes[2].ID = "functional"; s.Cookies = nil }, "purposes[2].id"},
		"a malformed id of a purpose":                      {func(s *consent.Site) { s.Purposes[1].ID = "a:b" }, "purposes[1].id"},
		"a lone level":                                     {func(s *consent.Site) { s.Purposes[4].Levels = []string{"on"} }, "purposes[4].levels"},
		"ten levels":                                       {func(s *consent.Site) { s.Purposes[4].Levels = strings.Fields("a b c d e f g h i j") }, "purposes[4].levels"},
		"a level twice":                                    {func(s *consent.Site) { s.Purposes[4].Levels = []string{"a", "a"} }, "purposes[4].levels[1]"},
		"a vendor without a name":                          {func(s *consent.Site) { s.Vendors[0].Name = "" }, "vendors[0].name"},
		"a vendor without a purpose":                       {func(s *consent.Site) { s.Vendors[0].Purposes = nil }, "vendors[0].purposes"},
		"a vendor of an unknown purpose":                   {func(s *consent.Site) { s.Vendors[0].Purposes = []string{"fun"} }, "vendors[0].purposes[0]"},
		"a host with a path":                               {func(s *consent.Site) { s.Vendors[0].Hosts[0] = "www.youtube.com/embed" }, "vendors[0].hosts[0]"},
		"a vendor of a country in words":                   {func(s *consent.Site) { s.Vendors[0].Country = "Ireland" }, "vendors[0].country"},
		"a vendor with a policy that is none":              {func(s *consent.Site) { s.Vendors[0].PolicyURL = "data:text/html,x" }, "vendors[0].policy_url"},
		"an id of a vendor twice":                          {func(s *consent.Site) { s.Vendors = append(s.Vendors, s.Vendors[0]) }, "vendors[1].id"},
		"a cookie with a space":                            {func(s *consent.Site) { s.Cookies[0].Name = "a b" }, "cookies[0].name"},
		"every cookie":                                     {func(s *consent.Site) { s.Cookies[0].Name = "*" }, "cookies[0].name"},
		"a pattern that holds our own cookie":              {func(s *consent.Site) { s.Cookies[0].Name = "lx_*" }, "cookies[0].name"},
		"a cookie of an unknown purpose":                   {func(s *consent.Site) { s.Cookies[0].Purpose = "fun" }, "cookies[0].purpose"},
		"a cookie of an unknown vendor":                    {func(s *consent.Site) { s.Cookies[0].Vendor = "fun" }, "cookies[0].vendor"},
		"a cookie of an unknown kind":                      {func(s *consent.Site) { s.Cookies[0].Kind = "flash" }, "cookies[0].kind"},
		"a strictness about a place in words":              {func(s *consent.Site) { s.Stricter[0].Places = []string{"Texas"} }, "stricter[0].places[0]"},
		"a strictness about nothing":                       {func(s *consent.Site) { s.Stricter[0].Modes = nil }, "stricter[0].modes"},
		"a strictness about what is necessary":             {func(s *consent.Site) { s.Stricter[0].Modes = map[consent.Class]consent.Mode{consent.Necessary: 0} }, "stricter[0].modes.necessary"},
		"no layout":                                        {func(s *consent.Site) { s.Banner.Layout = "" }, "banner.layout"},
		"a position that does not exist":                   {func(s *consent.Site) { s.Banner.Position = "behind" }, "banner.position"},
		"a colour that is a style":                         {func(s *consent.Site) { s.Banner.Theme.Accent = "red;background:url(x)" }, "banner.theme.accent"},
		"a dark colour that is a word":                     {func(s *consent.Site) { s.Banner.Theme.Dark.Text = "white" }, "banner.theme.dark.text"},
		"a radius that is too large":                       {func(s *consent.Site) { *s.Banner.Theme.Radius = 33 }, "banner.theme.radius"},
		"a font that is a style":                           {func(s *consent.Site) { s.Banner.Theme.Font = "x;}body{display:none" }, "banner.theme.font"},
		"texts in a language that is not spoken":           {func(s *consent.Site) { s.Texts["de"] = map[string]string{"banner.title": "Hallo"} }, "texts.de"},
		"a text under a malformed key":                     {func(s *consent.Site) { s.Texts["fr"]["Titre!"] = "x" }, "texts.fr.Titre!"},
		"a text that is too long":                          {func(s *consent.Site) { s.Texts["fr"]["banner.title"] = strings.Repeat("x", consent.MaxText+1) }, "texts.fr.banner.title"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := shop()
			c.spoil(&s)
			found := s.Validate(languages())
			if !slices.ContainsFunc(found, func(f consent.Finding) bool { return f.Path == c.path }) {
				t.Errorf("no finding at %s: %+v", c.path, found)
			}
			for _, f := range found {
				if f.Message == "" || f.Fix == "" {
					t.Errorf("a finding without cause or fix: %+v", f)
				}
			}
		})
	}
}

func TestValidateBoundsTheSizeOfASite(t *testing.T) {
	t.Parallel()
	s := shop()
	s.Purposes, s.Vendors, s.Cookies = nil, nil, nil
	for i := range consent.MaxPurposes {
		s.Purposes = append(s.Purposes, consent.Purpose{ID: fmt.Sprintf("purpose-with-a-long-name-%02d", i), Classes: []consent.Class{consent.Ads}, Basis: consent.BasisConsent})
	}
	if found := s.Validate(languages()); len(found) != 1 || found[0].Path != "purposes" {
		t.Errorf("ids that do not fit the cookie: %+v", found)
	}
	s = shop()
	for len(s.Vendors) <= consent.MaxVendors {
		v := s.Vendors[0]
		v.ID = fmt.Sprintf("v%d", len(s.Vendors))
		s.Vendors = append(s.Vendors, v)
	}
	for len(s.Cookies) <= consent.MaxCookies {
		s.Cookies = append(s.Cookies, s.Cookies[0])
	}
	var paths []string
	for _, f := range s.Validate(languages()) {
		paths = append(paths, f.Path)
	}
	if !slices.Equal(paths, []string{"vendors", "cookies"}) {
		t.Errorf("findings at %v", paths)
	}
}

func TestEveryValidSiteFitsItsCookie(t *testing.T) {
	t.Parallel()
	s := shop()
	s.Purposes = nil
	c := &consent.Choice{Edition: 1<<31 - 1, Regime: strings.Repeat("r", 32), Clock: 1 << 40, Levels: map[string]int{}, Over: map[string]bool{}}
	for i := range 16 {
		id := fmt.Sprintf("purpose-name-%04d", i)
		s.Purposes = append(s.Purposes, consent.Purpose{ID: id, Classes: []consent.Class{consent.Ads}, Basis: consent.BasisConsent})
		s.Vendors, s.Cookies = nil, nil
		if s.Validate(languages()) != nil {
			break
		}
		c.Levels[id], c.Over[id] = 9, true
		keys, err := consent.NewKeyring(consent.Key{ID: "abcdefgh", Secret: []byte(strings.Repeat("k", 32))})
		if err != nil {
			t.Fatal(err)
		}
		if text := consent.SealCookie(keys, "acme", "shop", c); len(text) > consent.CookieLimit {
			t.Fatalf("%d purposes make a cookie of %d bytes", i+1, len(text))
		}
	}
	if len(c.Levels) < 10 {
		t.Errorf("only %d purposes fit", len(c.Levels))
	}
}
