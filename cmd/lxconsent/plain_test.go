package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// commands are characters by which a text speaks to a terminal.
const commands = "\x1b\x07\r\x00\x7f\u009b\u0090"

func TestWhatOthersWroteSpeaksToNoTerminal(t *testing.T) {
	t.Parallel()
	s := start(t)
	b, err := os.ReadFile(edit(t, example("leadiumx.json"), func(m map[string]any) { m["id"], m["name"] = "evil", "Evil\x1b]0;owned\x07 \u009b2J shop" }))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.do(http.MethodPut, "/v1/sites/evil", string(b), operator); a.status != http.StatusOK {
		t.Fatalf("apply = %d %s", a.status, a.body)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<head><script type='a\x1b[2Jb&#27;c\u009b3Jd' src='%s/s/evil.js'></script>", s.url)
	}))
	defer page.Close()
	for name, args := range map[string][]string{
		"a list of sites":      {"site", "list", "--server", s.url, "--token", apiToken},
		"a list as JSON":       {"site", "list", "--json", "--server", s.url, "--token", apiToken},
		"a page":               {"verify", page.URL},
		"a command line wrong": {"site", "list", "--\x1b[2J"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			run(t.Context(), args, streams{out: &out, err: &out})
			if text := out.String(); strings.ContainsAny(text, commands) || text == "" {
				t.Errorf("%q", text)
			}
		})
	}
}

func TestTextIsPrintedAsItIsHoweverItIsCut(t *testing.T) {
	t.Parallel()
	const text = "Größe\t5 °C, ¿qué?\n日本 🙂 \u009b\x1b"
	var out bytes.Buffer
	w := &plain{to: &out}
	for i := range len(text) {
		if n, err := w.Write([]byte{text[i]}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if got, want := out.String(), "Größe\t5 °C, ¿qué?\n日本 🙂 ¿?"; got != want {
		t.Errorf("%q", got)
	}
}
