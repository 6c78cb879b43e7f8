package redisstore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
)

func TestARefusedWriteSaysWhyAndHowToMendIt(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*testing.T, *redistest.Server) {
		return func(t *testing.T, s *redistest.Server) {
			if err := s.Client().ConfigSet(t.Context(), name, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := []struct {
		name       string
		befall     func(*testing.T, *redistest.Server)
		cause, fix string
	}{
		{"its memory is full", set("maxmemory", "1"), "used all its memory", "CONFIG SET maxmemory"},
		{"it wants replicas that are not there", set("min-replicas-to-write", "1"), "fewer replicas", "min-replicas-to-write"},
		{"it became a replica", func(t *testing.T, s *redistest.Server) {
			if err := s.Client().ReplicaOf(t.Context(), "127.0.0.1", "1").Err(); err != nil {
				t.Fatal(err)
			}
		}, "is a replica", "--redis"},
		{"its user may not write any more", func(t *testing.T, s *redistest.Server) {
			if err := s.Client().Do(t.Context(), "ACL", "SETUSER", "default", "-@scripting").Err(); err != nil {
				t.Fatal(err)
			}
		}, "does not let this user", "ACL SETUSER"},
		{"its user may run scripts, but write nothing", func(t *testing.T, s *redistest.Server) {
			if err := s.Client().Do(t.Context(), "ACL", "SETUSER", "default", "-@write").Err(); err != nil {
				t.Fatal(err)
			}
		}, "does not let this user", "ACL SETUSER"},
		{"it does not answer", func(_ *testing.T, s *redistest.Server) { s.Pause() }, "in time", "same id"},
		{"it is gone", func(_ *testing.T, s *redistest.Server) { s.Kill() }, "cannot be reached", "that Redis runs"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			s := open(t, redisstore.Options{URLs: []string{server.URL()}})
			r := consent.Record{ID: "a", Site: "shop", Subject: "sub", Content: "c", Time: time.UnixMilli(1)}
			if _, _, err := s.Append(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			c.befall(t, server)
			defer server.Resume()
			r.ID = "b"
			_, _, err := s.Append(t.Context(), r)
			if consent.CodeOf(err) != consent.Unavailable || !strings.Contains(err.Error(), c.cause) || !strings.Contains(fixOf(err), c.fix) {
				t.Fatalf("Append = %v; the fix is %q", err, fixOf(err))
			}
		})
	}
}
