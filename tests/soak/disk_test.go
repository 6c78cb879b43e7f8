//go:build linux

package soak_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/tests/proxy/live"
)

// smallDisk mounts a disk of some megabytes. It is false where this user may
// not mount anything; the node log's own tests fill a disk that is made up.
func smallDisk(t *testing.T, size string) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Logf("nothing can be mounted here: %v", err)
		return dir, false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir, true
}

// fill takes all that is left of a disk and returns the file that holds it.
func fill(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2]
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return name
}

func TestOnAFullDiskTheReserveIsSpentAndNothingIsLost(t *testing.T) {
	t.Parallel()
	for name, redisToo := range map[string]bool{"embedded file": false, "redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			disk, ok := smallDisk(t, "48m")
			if !ok {
				return
			}
			data := filepath.Join(disk, "data")
			flags := []string{"--data-dir", data}
			if redisToo {
				flags = append(flags, "--redis", redistest.Start(t).URL())
			}
			s := live.Start(t, flags...)
			c := newCrowd(t, s)
			c.come(4)
			c.until(20)
			reserve := filepath.Join(data, "log", "reserve")
			if _, err := os.Stat(reserve); err != nil {
				t.Fatalf("there is no reserve: %v", err)
			}
			ballast := fill(t, disk)
			before := c.count()
			// Whatever the server frees is taken away from it as well.
			c.refused(func() { fill(t, disk) })
			if _, err := os.Stat(reserve); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the reserve was not given up: %v", err)
			}
			t.Logf("%d decisions were taken after the disk was full", c.count()-before)
			if c.count() == before {
				t.Error("the reserve was given up for nothing")
			}
			// A start on a full disk takes nothing, and loses nothing.
			s.Kill()
			s = live.Start(t, flags...)
			c.url.Store(&s.URL)
			c.refused(func() { fill(t, disk) })

			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			c.until(40)
			c.home()
			c.settle(s)
		})
	}
}

// refused waits until the server refuses a decision, as it should.
func (c *crowd) refused(meanwhile func()) {
	c.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		meanwhile()
		p := &person{}
		w, _ := c.decide(p, true)
		var a struct{ Consent string }
		status, err := c.call(http.MethodPost, "/v1/consents", w.body, "", &a)
		switch status {
		case http.StatusCreated:
			c.mu.Lock()
			c.acked[w.id] = true
			c.mu.Unlock()
		case http.StatusServiceUnavailable:
			if !strings.Contains(err.Error(), `"code":"unavailable"`) {
				c.t.Errorf("the refusal says %v", err)
			}
			c.retriable(w)
			return
		default:
			c.t.Fatalf("a decision on a full disk: %d %v", status, err)
		}
	}
	c.t.Fatal("the disk is full, and decisions are still taken")
}

// retriable checks that a refusal says when to come again.
func (c *crowd) retriable(w write) {
	c.t.Helper()
	b, err := json.Marshal(w.body)
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := c.client.Post(*c.url.Load()+"/v1/consents", "application/json", bytes.NewReader(b))
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") == "" {
		c.t.Error("the refusal does not say when to come again")
	}
	if res.StatusCode == http.StatusCreated {
		c.mu.Lock()
		c.acked[w.id] = true
		c.mu.Unlock()
	}
}
