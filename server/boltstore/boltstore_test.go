package boltstore_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest"
	"github.com/leadiumx/consent/server/boltstore"
)

func open(t *testing.T, path string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Closing again after a test has closed is harmless.
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestTheStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	var paths sync.Map
	storetest.Run(t, storetest.Harness{
		Level: consent.StoredLocal,
		Open: func(t *testing.T) consent.Store {
			path := filepath.Join(t.TempDir(), "store.db")
			s := open(t, path)
			paths.Store(s, path)
			return s
		},
		Reopen: func(t *testing.T, old consent.Store) consent.Store {
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			path, _ := paths.Load(old)
			s := open(t, path.(string))
			paths.Store(s, path)
			return s
		},
	})
}

func TestASecondOpenerIsToldThatTheDataDirectoryIsInUse(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	first := open(t, path)
	_, err := boltstore.Open(path, boltstore.Options{LockWait: 50 * time.Millisecond})
	if consent.CodeOf(err) != consent.Unavailable || !strings.Contains(err.Error(), "is in use by another process") {
		t.Fatalf("Open = %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestTheFileAndItsFolderBelongToThisUserOnly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "data")
	open(t, filepath.Join(dir, "store.db"))
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "store.db"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", filepath.Base(path), info.Mode().Perm(), err, want)
		}
	}
}

func TestAFileThatIsNotOursIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	junk := []byte(strings.Repeat("no store at all ", 4096))
	if err := os.WriteFile(path, junk, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := boltstore.Open(path, boltstore.Options{})
	if consent.CodeOf(err) != consent.Invalid {
		t.Fatalf("Open = %v, want code invalid", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(junk) {
		t.Fatalf("the file was changed: %v", err)
	}
}

func TestAClosedStoreAnswersUnavailable(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Version(context.Background()); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("Version = %v", err)
	}
	if err := s.DropSecret(context.Background(), "k"); consent.CodeOf(err) != consent.Unavailable {
		t.Fatalf("DropSecret = %v", err)
	}
}

func TestNamesThatFitNoKeyAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	for _, r := range []consent.Record{
		{Site: "", ID: "a"},
		{Site: "shop", ID: ""},
		{Site: "shop", ID: "a", Subject: strings.Repeat("x", 70_000)},
	} {
		if _, _, err := s.Append(t.Context(), r); consent.CodeOf(err) != consent.Invalid {
			t.Errorf("Append = %v, want code invalid", err)
		}
	}
}

func TestTheFileGrowsBySmallSteps(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	if err := s.PutSecret(t.Context(), "k", make([]byte, 2<<20), time.Unix(0, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	// On a full disk a large step would keep out what has room.
	if info, err := os.Stat(path); err != nil || info.Size() > 6<<20 {
		t.Fatalf("the file of 2 MiB is %v, %v", info.Size(), err)
	}
}

func TestACheckDoesNotWaitForAFileThatGrows(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	over, err := s.Grow()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := over(); err != nil {
			t.Error(err)
		}
	}()
	said := make(chan error, 1)
	for _, asks := range []func(context.Context) error{
		func(ctx context.Context) error { return s.Standing(ctx, "shop", "sub", &consent.Standing{}) },
		func(ctx context.Context) error { _, err := s.Document(ctx, "key", "one"); return err },
	} {
		// Until the file grows, there is an answer.
		for code := consent.NotFound; code == consent.NotFound; {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				defer cancel()
				said <- asks(ctx)
			}()
			select {
			case err := <-said:
				code = consent.CodeOf(err)
			case <-time.After(20 * time.Second):
				t.Fatal("who has gone still waits for the file")
			}
		}
	}
}
