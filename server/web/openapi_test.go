package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

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
