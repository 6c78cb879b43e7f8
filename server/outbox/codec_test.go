package outbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/metadb"

	"github.com/leadiumx/consent/server/outbox"
)

func TestEntriesAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	t.Parallel()
	c, err := outbox.NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]raft.Log{
		"an entry":            {Index: 7, Term: 3, Data: []byte("data")},
		"a long one":          {Index: 1 << 40, Term: 1 << 20, Data: bytes.Repeat([]byte("x"), 5000)},
		"an empty one":        {Index: 1, Term: 1},
		"one of another type": {Index: 1, Term: 1, Type: raft.LogNoop, Data: []byte{0}},
		"one with extensions": {Index: 1, Term: 1, Data: []byte("a"), Extensions: []byte("b")},
		"one with a time":     {Index: 1, Term: 1, Data: []byte("a"), AppendedAt: time.Unix(5, 6).UTC()},
	} {
		var got, want bytes.Buffer
		// What was written before leaves nothing behind.
		if err := c.Encode(&raft.Log{Index: 9, Data: bytes.Repeat([]byte("y"), 300)}, &bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		if err := c.Encode(&l, &got); err != nil {
			t.Fatal(err)
		}
		if err := (&wal.BinaryCodec{}).Encode(&l, &want); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s is %x, want %x, %v", name, got.Bytes(), want.Bytes(), err)
		}
		var read raft.Log
		if err := c.Decode(got.Bytes(), &read); err != nil || read.Index != l.Index || !bytes.Equal(read.Data, l.Data) {
			t.Errorf("%s is read as %+v, %v", name, read, err)
		}
	}
}

func TestTheLogOnTheDiskIsTheLibrarysOwn(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "log")
	const count = 400
	fill := func(from int) {
		s := open(t, small(dir, swallow{}))
		var group sync.WaitGroup
		for i := range count {
			group.Go(func() { put(t, s, record(fmt.Sprint("id", from+i), "sub", 1)) })
		}
		group.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	for n := 1; n <= 2; n++ {
		fill(n * count)
		meta := &metadb.BoltMetaDB{}
		w, err := wal.Open(dir, wal.WithMetaStore(meta), wal.WithLogger(hclog.NewNullLogger()), wal.WithSegmentSize(64<<10))
		if err != nil {
			t.Fatal(err)
		}
		var l raft.Log
		for i := range uint64(n * count) {
			if err := w.GetLog(i+1, &l); err != nil {
				t.Fatalf("entry %d: %v", i+1, err)
			}
		}
		if last, err := w.LastIndex(); err != nil || last != uint64(n*count) {
			t.Errorf("the log ends at %d, %v; want %d", last, err, n*count)
		}
		if err := errors.Join(w.Close(), meta.Close()); err != nil {
			t.Error(err)
		}
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*.wal")); err != nil || len(files) < 2 {
		t.Errorf("the log is in %d files, %v; want several", len(files), err)
	}
}
