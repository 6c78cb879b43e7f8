package redisstore_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/redis/go-redis/v9"
)

// crowded opens a store with records that all stand in one partition.
func crowded(t *testing.T, n int) (*redisstore.Store, *redis.Client) {
	t.Helper()
	server := redistest.Start(t)
	store := open(t, redisstore.Options{URLs: []string{server.URL()}})
	for i := range n {
		arrive(t, store, i)
	}
	return store, server.Client()
}

func arrive(t *testing.T, store *redisstore.Store, i int) {
	t.Helper()
	raw := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(i%7)<<48), uint64(i))
	r := consent.Record{ID: base64.RawURLEncoding.EncodeToString(raw), Site: "shop", Levels: map[string]int{}, Time: time.UnixMilli(int64(i)).UTC(), Content: fmt.Sprint(i)}
	if _, fresh, err := store.Append(t.Context(), r); err != nil || !fresh {
		t.Fatalf("record %d: %v, %v", i, fresh, err)
	}
}

func TestTheFeedGoesOnFromEveryCursor(t *testing.T) {
	t.Parallel()
	const n = 300
	store, _ := crowded(t, n)
	all, err := store.Arrivals(t.Context(), "shop", "", n+1)
	for err == nil && len(all) < n {
		var more []consent.Arrival
		more, err = store.Arrivals(t.Context(), "shop", all[len(all)-1].Cursor, n)
		if all = append(all, more...); len(more) == 0 {
			break
		}
	}
	if err != nil || len(all) != n {
		t.Fatalf("%d of %d, %v", len(all), n, err)
	}
	for i, a := range all {
		if want := fmt.Sprint(i); a.Record.Content != want {
			t.Fatalf("arrival %d is %s", i, a.Record.Content)
		}
		next, err := store.Arrivals(t.Context(), "shop", a.Cursor, 1)
		if i == n-1 {
			if len(next) != 0 || err != nil {
				t.Fatalf("behind the last: %v, %v", next, err)
			}
		} else if len(next) != 1 || next[0].Cursor != all[i+1].Cursor {
			t.Fatalf("behind arrival %d: %v, %v", i, next, err)
		}
	}
}

func TestArrivalsKeepTheirOrderWhenTheClockOfRedisGoesBack(t *testing.T) {
	t.Parallel()
	store, client := crowded(t, 1)
	keys, err := client.Keys(t.Context(), "lx:j:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	// As if the first line had been written a minute from now.
	line, err := client.LIndex(t.Context(), keys[0], 0).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	ahead := binary.BigEndian.Uint64(line) + uint64(time.Minute.Microseconds())<<11
	binary.BigEndian.PutUint64(line, ahead)
	if err := client.LSet(t.Context(), keys[0], 0, line).Err(); err != nil {
		t.Fatal(err)
	}
	swept, err := store.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 10)
	if err != nil || swept != 0 {
		t.Fatalf("swept %d that nobody was told of, %v", swept, err)
	}
	arrive(t, store, 7)
	next, err := client.LIndex(t.Context(), keys[0], 1).Bytes()
	if err != nil || binary.BigEndian.Uint64(next)>>11 != ahead>>11+1 {
		t.Fatalf("the line behind has the time %d, the first %d, %v", binary.BigEndian.Uint64(next)>>11, ahead>>11, err)
	}
}

func TestASweepOfEverythingLeavesTheTimeOfTheLastArrival(t *testing.T) {
	t.Parallel()
	store, client := crowded(t, 100)
	swept, err := store.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 1000)
	if err != nil || swept != 100 {
		t.Fatalf("swept %d, %v", swept, err)
	}
	keys, err := client.Keys(t.Context(), "lx:j:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("%v, %v", keys, err)
	}
	if left, err := client.LRange(t.Context(), keys[0], 0, -1).Result(); err != nil || len(left) != 1 || len(left[0]) != 8 {
		t.Fatalf("%q is left, %v", left, err)
	}
	arrive(t, store, 100)
	if all, err := store.Arrivals(t.Context(), "shop", "", 10); err != nil || len(all) != 1 || all[0].Record.Content != "100" {
		t.Fatalf("the feed: %v, %v", all, err)
	}
	if swept, err = store.Sweep(t.Context(), "shop", func(consent.Record) bool { return true }, 1000); err != nil || swept != 1 {
		t.Fatalf("swept %d, %v", swept, err)
	}
}
