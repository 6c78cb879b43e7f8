//go:build unix

package soak_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// marked finds the number that stands in the words of an edition.
var marked = regexp.MustCompile(`Banner number (\d+)\b`)

// reader fetches from one server while editions come.
type reader struct {
	t   *testing.T
	url string
	// last is the newest edition that was seen: a server never goes back.
	last int
	// bodies are the scripts by ETag.
	bodies map[string]string
	reads  int
}

func (r *reader) get(path string, header http.Header) (*http.Response, []byte) {
	req, err := http.NewRequest(http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Errorf("%s: %v", path, err)
		return nil, nil
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		r.t.Errorf("%s: %d %v %.200s", path, res.StatusCode, err, b)
		return nil, nil
	}
	return res, b
}

// agrees fails unless all words of an answer are those of its edition.
func (r *reader) agrees(what string, edition int, words []byte) {
	found := marked.FindAllSubmatch(words, -1)
	if len(found) == 0 {
		r.t.Errorf("%s of edition %d has no words of ours", what, edition)
	}
	for _, m := range found {
		if n, _ := strconv.Atoi(string(m[1])); n != edition {
			r.t.Errorf("%s says edition %d and has the words of %d", what, edition, n)
		}
	}
	if edition < r.last {
		r.t.Errorf("%s went back from edition %d to %d", what, r.last, edition)
	}
	r.last = max(r.last, edition)
	r.reads++
}

// round reads a script, a notice and a check, and writes a decision under the notice.
func (r *reader) round(lang string) {
	if res, b := r.get("/s/shop.js?lang="+lang, nil); res != nil {
		edition, _ := strconv.Atoi(res.Header.Get("Consent-Edition"))
		r.agrees("the script", edition, b)
		tag := res.Header.Get("Etag")
		if known, ok := r.bodies[tag]; ok && known != string(b) {
			r.t.Errorf("two scripts have the ETag %s", tag)
		}
		r.bodies[tag] = string(b)
	}
	res, b := r.get("/v1/notice?site=shop&lang="+lang, nil)
	if res == nil {
		return
	}
	var notice struct {
		Edition int
		Note    string
	}
	if err := json.Unmarshal(b, &notice); err != nil {
		r.t.Errorf("%v: %s", err, b)
		return
	}
	r.agrees("the notice", notice.Edition, b)
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		r.t.Error(err)
	}
	body, err := json.Marshal(map[string]any{"site": "shop", "id": base64.RawURLEncoding.EncodeToString(id[:]), "note": notice.Note, "action": "reject_all", "levels": map[string]int{}, "age": 0})
	if err != nil {
		r.t.Error(err)
	}
	posted, err := http.Post(r.url+"/v1/consents", "application/json", bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return
	}
	defer posted.Body.Close()
	var answer struct {
		Consent string
		Receipt struct{ Edition int }
	}
	if err := json.NewDecoder(posted.Body).Decode(&answer); err != nil || posted.StatusCode != http.StatusCreated || answer.Receipt.Edition != notice.Edition {
		r.t.Errorf("a decision under edition %d: %d %+v %v", notice.Edition, posted.StatusCode, answer, err)
		return
	}
	if res, b = r.get("/v1/check?site=shop&purpose=analytics", http.Header{"Cookie": {"lx_consent=" + answer.Consent}}); res != nil {
		var check struct {
			Edition   int
			Decisions []struct{ Allow bool }
		}
		if err := json.Unmarshal(b, &check); err != nil || len(check.Decisions) != 1 || check.Decisions[0].Allow || check.Edition < notice.Edition {
			r.t.Errorf("a check behind edition %d: %s %v", notice.Edition, b, err)
		}
	}
}

func TestEditionsThatComeOneAfterTheOtherTearNoAnswer(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../examples/leadiumx.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, nodes := range map[string]int{"an embedded file": 1, "two servers on Redis": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var flags []string
			if nodes > 1 {
				flags = []string{"--redis", redistest.Start(t).URL()}
			}
			first := live.Start(t, flags...)
			servers := []*live.Server{first}
			for range nodes - 1 {
				servers = append(servers, live.Start(t, flags...))
			}
			publish := func(n int) {
				var site map[string]any
				if err := json.Unmarshal(document, &site); err != nil {
					t.Fatal(err)
				}
				title := map[string]string{"banner.title": fmt.Sprint("Banner number ", n), "prefs.title": fmt.Sprint("Banner number ", n)}
				// Each language that nobody reads here costs a compilation per edition.
				site["id"], site["locales"], site["texts"] = "shop", []string{"en", "de"}, map[string]any{"en": title, "de": title}
				b, err := json.Marshal(site)
				if err != nil {
					t.Fatal(err)
				}
				req, err := http.NewRequest(http.MethodPut, first.URL+"/v1/sites/shop", bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+live.Token)
				req.Header.Set("Content-Type", "application/json")
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				answer, err := io.ReadAll(res.Body)
				if err != nil {
					t.Fatal(err)
				}
				var made struct{ Edition int }
				if err := json.Unmarshal(answer, &made); err != nil || made.Edition != n {
					t.Fatalf("publish %d: %d %s %v", n, res.StatusCode, answer, err)
				}
			}
			publish(1)
			for _, s := range servers {
				for end := time.Now().Add(20 * time.Second); ; {
					if res, err := http.Get(s.URL + "/s/shop.js"); err != nil || time.Now().After(end) {
						t.Fatalf("the site does not come to %s: %v", s.URL, err)
					} else if res.Body.Close(); res.StatusCode == http.StatusOK {
						break
					}
				}
			}
			done := make(chan struct{})
			var group sync.WaitGroup
			readers := []*reader{}
			for i := range 4 {
				r := &reader{t: t, url: servers[i%nodes].URL, bodies: map[string]string{}}
				readers = append(readers, r)
				group.Go(func() {
					for {
						select {
						case <-done:
							return
						default:
							r.round([]string{"en", "de"}[i/2])
						}
					}
				})
			}
			last := rounds(t, "SOAK_PUBLISHES", 8)
			for n := 2; n <= last; n++ {
				publish(n)
			}
			close(done)
			group.Wait()
			reads := 0
			for _, r := range readers {
				reads += r.reads
			}
			if reads < last {
				t.Errorf("only %d answers were read meanwhile", reads)
			}
			t.Logf("%d editions, %d answers", last, reads)
		})
	}
}
