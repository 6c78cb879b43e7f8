package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

var (
	pathParam = regexp.MustCompile(`:([a-z]+)`)
	braces    = regexp.MustCompile(`\{([a-z]+)\}`)
)

// openPath writes Echo's :name as OpenAPI's {name}.
func openPath(p string) string {
	return pathParam.ReplaceAllString(strings.NewReplacer(scriptPath, "/s/:site.js", "/debug/:file", "/debug/:site.js").Replace(p), "{$1}")
}

// OpenAPI describes every route from the same table that serves it.
func (s *Server) OpenAPI() *huma.OpenAPI {
	shapes := huma.NewMapRegistry("#/components/schemas/", shapeName)
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "LeadiumX Consent", Version: s.o.Version,
			Description: "Consent banner script, consent records, consent checks and their management.",
		},
		Components: &huma.Components{
			Schemas: shapes,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token":   {Type: "http", Scheme: "bearer", Description: "An API key, or the operator's token"},
				"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "A dashboard session"},
			},
		},
	}
	problem := &huma.Response{Description: "A problem document", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: shapes.Schema(shape[Problem](), true, "Problem")},
	}}
	for _, r := range s.routes() {
		doc.AddOperation(operation(r, shapes, problem))
	}
	plain(shapes)
	return doc
}

// shapeName names a shape as people read it: the suffix tells only us that a
// type exists for its encoding.
func shapeName(t reflect.Type, hint string) string {
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "JSON")
}

// plain says that our lists are lists: the encoder never writes null for one.
// It also gives the mode of a class its words.
func plain(shapes huma.Registry) {
	for _, s := range shapes.Map() {
		for name, p := range s.Properties {
			p.Nullable = p.Nullable && p.Type != huma.TypeArray
			if name == "modes" {
				p.AdditionalProperties = &huma.Schema{Type: huma.TypeString, Enum: []any{"opt-in", "opt-out", "notice"}}
			}
		}
	}
}

func operation(r route, shapes huma.Registry, problem *huma.Response) *huma.Operation {
	path := openPath(r.path)
	op := &huma.Operation{
		Method: r.method, Path: path, Summary: r.summary, OperationID: strings.ToLower(r.method) + operationName(path),
		Responses:  map[string]*huma.Response{"default": problem},
		Extensions: map[string]any{"x-permission": string(r.allow)},
	}
	if r.allow != admin.Public && r.allow != admin.Visitor {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
	}
	for _, m := range braces.FindAllStringSubmatch(path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	for _, q := range r.query {
		op.Parameters = append(op.Parameters, &huma.Param{Name: q, In: "query", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	if r.in != nil {
		body := &huma.MediaType{Schema: shapes.Schema(r.in, true, r.in.Name())}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{mediaJSON: body}}
		if r.allow == admin.Visitor {
			// A page can send it so without asking first.
			op.RequestBody.Content[mediaText] = body
		}
	}
	ok := &huma.Response{Description: "OK"}
	if r.out != nil {
		ok.Content = map[string]*huma.MediaType{r.media: {Schema: shapes.Schema(r.out, true, r.out.Name())}}
	} else if r.media != "" {
		ok.Content = map[string]*huma.MediaType{r.media: {}}
	}
	if slices.Contains(r.query, "format") {
		ok.Content[mediaCSV] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	op.Responses[fmt.Sprint(okStatus(r))] = ok
	if r.path == scriptPath {
		// A page runs whatever its tag gets.
		op.Responses[fmt.Sprint(http.StatusNotFound)] = &huma.Response{
			Description: "A script that only warns", Content: map[string]*huma.MediaType{mediaJS: {}},
		}
	}
	return op
}

func okStatus(r route) int {
	switch {
	case strings.HasPrefix(r.path, "/v1/consents") && r.method == http.MethodPost:
		return http.StatusCreated
	case r.method == http.MethodPost && strings.HasPrefix(r.path, "/privacy/"):
		return http.StatusSeeOther
	case strings.HasSuffix(r.path, "/webhooks") && r.method == http.MethodPost:
		return http.StatusCreated
	case r.media == "" && r.method != http.MethodGet && r.method != http.MethodHead:
		return http.StatusNoContent
	default:
		return http.StatusOK
	}
}

func operationName(path string) string {
	var b strings.Builder
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789", r) }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// openapi serves GET /v1/openapi.json. Anybody may ask, and to make the document
// costs more than hundreds of other answers: it is made once.
func (s *Server) openapi(c echo.Context) error {
	b, err := s.described()
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

// SiteSchema is the JSON Schema of the site document, self-contained.
func SiteSchema() ([]byte, error) {
	shapes := huma.NewMapRegistry("#/$defs/", shapeName)
	root := shapes.Schema(shape[consent.Site](), true, "Site")
	shapes.Map()["Site"].Properties["$schema"] = &huma.Schema{Type: "string"}
	plain(shapes)
	return json.MarshalIndent(map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "LeadiumX Consent site document",
		"$ref":    root.Ref,
		"$defs":   shapes.Map(),
	}, "", "  ")
}

func (s *Server) siteSchema(c echo.Context) error {
	b, err := s.schema()
	if err != nil {
		return err
	}
	c.Response().Header().Set("Access-Control-Allow-Origin", "*")
	return c.Blob(http.StatusOK, "application/schema+json", b)
}
