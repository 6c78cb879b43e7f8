package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/leadiumx/consent/server/web"
)

// It is not parallel: allocations are those of the whole process.
func TestADocumentThatAnybodyMayAskForIsMadeOnce(t *testing.T) {
	h := web.New(web.Options{Clock: time.Now, Version: "1"}).Handler()
	for _, path := range []string{"/v1/openapi.json", "/v1/schema/site.json"} {
		made := testing.AllocsPerRun(3, func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK || w.Body.Len() < 10_000 {
				t.Errorf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
			}
		})
		if made > 500 {
			t.Errorf("%s takes %.0f allocations", path, made)
		}
	}
}

func TestEveryParameterThatIsReadIsDocumented(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, path := range web.New(web.Options{Clock: time.Now}).OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Get, path.Head, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				described[p.Name] = true
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	read := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?:QueryParam|q\.Get)\("([a-z_]+)"\)`).FindAllSubmatch(source, -1) {
			if read++; !described[string(found[1])] {
				t.Errorf("%s reads %q, which no route of the document has", name, found[1])
			}
		}
	}
	if read < 20 {
		t.Errorf("only %d parameters were found: are they read in another way now?", read)
	}
}
