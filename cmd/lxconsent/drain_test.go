package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestAStopUnderLoadLosesNothingThatWasAcknowledged(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		s := startIn(t, dir, flags...)
		note := s.note("FR")
		var mu sync.Mutex
		var acknowledged []string
		var writers sync.WaitGroup
		for w := range 8 {
			writers.Go(func() {
				for n := w; ; n += 8 {
					body := `{"site":"demo","id":"` + numbered(n) + `","note":"` + note + `","levels":{},"action":"reject_all","age":0}`
					req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/consents", strings.NewReader(body))
					if err != nil {
						t.Error(err)
						return
					}
					req.Header.Set("Content-Type", "application/json")
					res, err := http.DefaultClient.Do(req)
					if err != nil {
						return
					}
					_ = res.Body.Close()
					if res.StatusCode != http.StatusCreated {
						return
					}
					mu.Lock()
					acknowledged = append(acknowledged, numbered(n))
					mu.Unlock()
				}
			})
		}
		await(t, "writes are under way", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(acknowledged) > 200
		})
		// How long that takes is measured where nothing else runs.
		s.stop()
		writers.Wait()
		s = startIn(t, dir, flags...)
		status, out := s.command("ledger", "export", "--site", "demo")
		if status != 0 {
			t.Fatal(out)
		}
		for _, id := range acknowledged {
			if strings.Count(out, `"id":"`+id+`"`) != 1 {
				t.Errorf("%s stands %d times in the export", id, strings.Count(out, `"id":"`+id+`"`))
			}
		}
	})
}
