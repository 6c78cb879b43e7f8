package bundle_test

import (
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

func TestTheDeclarationListsWhatTheSiteDeclares(t *testing.T) {
	t.Parallel()
	in := input(t, "", func(s *consent.Site) {
		s.Cookies = append(s.Cookies, consent.Cookie{Name: "_ads", Purpose: "marketing", Vendor: "youtube", Kind: "local", Lifetime: "2 years"})
	})
	d := bundle.Declare(in)
	m := d.Purposes[3]
	if m.ID != "marketing" || m.Title != "Marketing" || len(m.Vendors) != 1 || m.Vendors[0].Name != "YouTube" {
		t.Errorf("marketing is declared as %+v", m)
	}
	want := bundle.DeclaredCookie{Name: "_ads", Kind: "local", Vendor: "YouTube", Lifetime: "2 years"}
	if len(m.Cookies) != 2 || m.Cookies[1] != want {
		t.Errorf("the cookies are %+v", m.Cookies)
	}
	page := string(bundle.DeclarationPage(in))
	for _, part := range []string{`<html lang="en" dir="ltr">`, "<h2>Marketing</h2>", `<code dir="ltr">_ads</code> · <bdi>localStorage</bdi> · <bdi>YouTube</bdi> · <bdi>2 years</bdi>`, `<a href="https://policies.example.com" target="_blank">YouTube</a>`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page does not hold %s", part)
		}
	}
	a, err := bundle.CompileDeclaration(in)
	if err != nil {
		t.Fatal(err)
	}
	if js := string(a.JS); !strings.Contains(js, "data-lx-declaration") || strings.Contains(js, "/v1/consents") || len(a.Brotli) > 900 {
		t.Errorf("the script of %d bytes is %s", len(a.Brotli), js)
	}
}

func TestTextsOfADeclarationStayTexts(t *testing.T) {
	t.Parallel()
	in := input(t, "", func(s *consent.Site) {
		s.Vendors[0].Name = `<img src=x onerror="alert(1)">`
		s.Vendors[0].PolicyURL = "javascript:alert(1)"
		s.Cookies[0].Lifetime = "</code><script>alert(1)</script>"
	})
	page := string(bundle.DeclarationPage(in))
	for _, bad := range []string{"<img", "<script", "javascript:", `onerror="`} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}
