package web

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/leadiumx/consent/consent"
)

func FuzzABodyIsTakenOrRefusedWithACode(f *testing.F) {
	for _, s := range []string{
		`{"site":"demo","id":"AAAAAAAAAAAAAAAAAAAAAA","levels":{"a":1},"action":"save","age":0}`,
		`{"site":"demo","id":"x","note":"n","levels":{"a":1,"b":0},"vendors":{},"action":"save","age":12,"consent":"c","subject":"s","signals":{"gpc":true,"minor":false,"sensitive":true}}`,
		`{}`, `{"age":00}`, `{"age":-0}`, `{"levels":{"a":1,"a":1}}`, `{"site":"demo",}`, `{"signals":{"gpc":1}}`, `{"age":999999999999999}`, `{"age":1}{}`, `{"levels":null}`,
		`{"site":"demo","site":"x"}`, `{"a":{"a":{"a":{"a":1}}}}`, `[1]`, `{`, "", `{"age":1e400}`, `{"levels":{"":-1}}`, "\xff", `{"site":"` + strings.Repeat("x", 3000) + `"}`,
	} {
		f.Add(s)
	}
	server := echo.New()
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w, err := decode[writeJSON](server.NewContext(r, httptest.NewRecorder()), consentBounds())
		if err != nil && consent.CodeOf(err) == "" {
			t.Fatalf("no code: %v", err)
		}
		if err == nil && (len(body) > 8<<10 || len(w.Levels) > 200) {
			t.Fatal("more was taken than the bounds let through")
		}
		var known choices
		// The second time, the levels of the first are known.
		for range 2 {
			var read, fast writeJSON
			err := json.Unmarshal([]byte(body), &read, json.RejectUnknownMembers(true))
			if !fast.quickly(quick{s: body, known: &known}) {
				break
			}
			known.Keep(fast.said, fast.Levels, 1)
			read.said = fast.said
			if err != nil || !reflect.DeepEqual(read, fast) {
				t.Fatalf("read quickly it is %+v, read by the library %+v, %v", fast, read, err)
			}
		}
		if refused := consentBounds().scan([]byte(body)); err == nil && refused != nil || refused != nil && err.Error() != refused.Error() && len(body) <= 8<<10 {
			t.Fatalf("a body that is read once is judged otherwise: %v, want %v", err, refused)
		}
		if _, err := decode[batchJSON](server.NewContext(httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)), httptest.NewRecorder()), configBounds()); err == nil {
			t.Fatal("a body without a type was taken")
		}
	})
}
