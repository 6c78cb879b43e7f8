package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sync/atomic"

	"github.com/labstack/echo/v4"
)

//go:embed demo
var demoFiles embed.FS

// DemoSite is the site document of the demo, without its origins.
func DemoSite() ([]byte, error) { return fs.ReadFile(demoFiles, "demo/site.json") }

// demo counts what ran on the demo page; the counts only grow.
type demo struct {
	analytics, ad, video, script atomic.Int64
}

func newDemo() *demo { return &demo{} }

const (
	demoCSP = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'"
	pixel   = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)

func (s *Server) demoPages() []route {
	get := func(path, summary string, h echo.HandlerFunc) route { return page(http.MethodGet, path, summary, h) }
	return []route{
		get("/demo", "To the demo page", func(c echo.Context) error { return c.Redirect(http.StatusFound, "/demo/") }),
		get("/demo/", "The demo page", s.demoPage),
		get("/demo/:file", "The demo page's files", demoFile),
		get("/demo/sink.json", "What ran on the demo page", s.demoCounts),
		get("/demo/sink/analytics.js", "A demo tag", s.sink(&s.demo.analytics, mediaJS, `window.demoAnalytics=(window.demoAnalytics||0)+1;`)),
		get("/demo/sink/ad.gif", "A demo tag", s.sink(&s.demo.ad, "image/gif", pixel)),
		get("/demo/sink/video.html", "A demo tag", s.sink(&s.demo.video, mediaHTML, `<!doctype html><meta charset="utf-8"><title>Video</title><link rel="stylesheet" href="/demo/video.css"><main><b>▶</b><p>The video plays here.</p></main>`)),
		get("/demo/sink/script", "A demo tag", s.sink(&s.demo.script, "text/plain", "ok")),
	}
}

func (s *Server) sink(n *atomic.Int64, media, body string) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodGet {
			n.Add(1)
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.Blob(http.StatusOK, media+"; charset=utf-8", []byte(body))
	}
}

type demoCountsJSON struct {
	Analytics int64 `json:"analytics"`
	Ad        int64 `json:"ad"`
	Video     int64 `json:"video"`
	Script    int64 `json:"script"`
}

func (s *Server) demoCounts(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, demoCountsJSON{
		s.demo.analytics.Load(), s.demo.ad.Load(), s.demo.video.Load(), s.demo.script.Load(),
	})
}

func (s *Server) demoPage(c echo.Context) error {
	src := "/s/" + demoSite + ".js" + simulation(c.QueryParams())
	tag := template.HTML(`<script src="` + template.HTMLEscapeString(src) + `"></script>`)
	var b bytes.Buffer
	if err := s.templates.demo.Execute(&b, map[string]any{"Tag": tag, "Another": len(c.QueryParams()) > 0}); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", demoCSP)
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

func demoFile(c echo.Context) error {
	name := path.Base(c.Param("file"))
	b, err := fs.ReadFile(demoFiles, "demo/"+name)
	if err != nil || name == "site.json" || name == "index.html" {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, mime.TypeByExtension(path.Ext(name)), b)
}
