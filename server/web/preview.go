package web

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/bundle"
	"github.com/leadiumx/consent/server/script"
)

// previewHTML is the stand-in for the customer's page behind a draft banner.
const previewHTML = `<!doctype html>
<html lang="{{.Locale}}" dir="{{.Dir}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{{.Name}}: preview</title>
<script src="/preview/{{.Token}}/script.js{{.Query}}"></script>
{{if .Returning}}<script src="/preview/{{.Token}}/returning.js"></script>
{{end}}<link rel="stylesheet" href="/preview.css"></head>
<body><header><b>{{.Name}}</b><nav><i></i><i></i><i></i></nav></header>
<main><h1></h1><p></p><p></p><p class="short"></p><section><div></div><div></div><div></div></section></main>
<footer><button type="button" data-lx-action="settings">⚙︎ Cookie settings</button></footer></body></html>`

const previewCSS = `:root{color-scheme:light dark;--a:#e8eaf0;--t:#5b6475;--b:#fbfcfe}
@media(prefers-color-scheme:dark){:root{--a:#262b36;--t:#9aa3b5;--b:#14171e}}
body{margin:0;font:15px/1.5 system-ui,sans-serif;background:var(--b);color:var(--t)}
header,footer{display:flex;justify-content:space-between;align-items:center;padding:18px 6vw}
nav{display:flex;gap:14px}nav i{width:52px;height:10px;border-radius:5px;background:var(--a)}
main{padding:5vh 6vw;max-width:960px}main>*{border-radius:8px;background:var(--a)}
h1{height:44px;width:62%}p{height:14px}.short{width:48%}
section{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:18px;background:none;margin-top:40px}
section div{height:130px;border-radius:12px;background:var(--a)}
button{font:inherit;color:inherit;background:none;border:0;text-decoration:underline;cursor:pointer}`

// previewOf opens a preview. Who reviews a draft may look from other places and
// in other languages, which an editor's frame asks for anew.
func (s *Server) previewOf(c echo.Context) (admin.Preview, error) {
	p, review, err := s.o.Admin.Preview(c.Request().Context(), c.Param("token"))
	if consent.CodeOf(err) == consent.NotFound {
		return p, consent.Fail(consent.NotFound, "the preview link has expired or was revoked", "open the preview in the dashboard again, or ask for a new link")
	}
	if err != nil || !review {
		return p, err
	}
	q := c.QueryParams()
	if place := q.Get("place"); place != "" {
		if _, ok := consent.ParsePlace(place); ok {
			p.Place = place
		}
	}
	if lang := q.Get("lang"); lang != "" && len(lang) <= 35 {
		p.Locale = lang
	}
	p.GPC = p.GPC || q.Get("gpc") == "1"
	return p, nil
}

func (s *Server) previewPage(c echo.Context) error {
	p, err := s.previewOf(c)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	// The sandbox gives the draft an origin of its own: it can reach neither
	// the dashboard nor a visitor's cookies.
	h.Set("Content-Security-Policy", "sandbox allow-scripts; default-src 'none'; script-src "+s.selfOf(c)+"; style-src "+s.selfOf(c)+"; img-src data:; frame-ancestors "+s.selfOf(c)+"; base-uri 'none'; form-action 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	c.Response().WriteHeader(http.StatusOK)
	locale := script.Locale(&p.Site, nil, p.Locale, "")
	return s.templates.preview.Execute(c.Response(), map[string]any{
		"Returning": p.Returning,
		"Locale":    locale, "Dir": bundle.Dir(locale), "Name": p.Site.Name, "Token": c.Param("token"), "Query": reviewQuery(p),
	})
}

// reviewQuery asks for the script of the same look as the page's.
func reviewQuery(p admin.Preview) string {
	q := url.Values{"place": {p.Place}, "lang": {p.Locale}}
	if p.GPC {
		q.Set("gpc", "1")
	}
	return "?" + q.Encode()
}

// selfOf names our own origin for a page that has none: 'self' matches nothing
// in a sandbox.
func (s *Server) selfOf(c echo.Context) string {
	scheme := "http://"
	if s.https(c) {
		scheme = "https://"
	}
	return "'self' " + scheme + c.Request().Host
}

func (s *Server) previewScript(c echo.Context) error {
	p, err := s.previewOf(c)
	if err != nil {
		return err
	}
	place, _ := consent.ParsePlace(p.Place)
	served, err := s.o.Scripts.Preview(script.Draft{Site: p.Site, Place: place, Locale: p.Locale, GPC: p.GPC})
	if err != nil {
		return err
	}
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	return asset(c, served.Asset, "private, no-store")
}

// previewReturning answers for the visitor, with a refusal, which needs no hand:
// once the script has looked for the last time whether there is a choice.
func (s *Server) previewReturning(c echo.Context) error {
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", []byte(`addEventListener("pageshow", () => setTimeout(() => lxConsent.rejectAll()));`))
}

func (s *Server) previewStyle(c echo.Context) error {
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", []byte(previewCSS))
}
