package outbox_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/outbox"
	"github.com/leadiumx/consent/server/redisstore"
)

// Whatever comes to whichever of two nodes, and whatever the store settles
// otherwise: once it has all, both say the same of everybody, and neither takes
// anything for lost.
func TestNodesThatShareAStoreAgreeAndTakeNothingForLost(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("one file, ", seed), func(t *testing.T) {
			store := shared{bolt(t, filepath.Join(t.TempDir(), "store.db"))}
			agree(t, seed, func() consent.Store { return store })
		})
		t.Run(fmt.Sprint("Redis, ", seed), func(t *testing.T) {
			if err := server.Client().FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			agree(t, seed, func() consent.Store { return overRedis(t, redisstore.Options{URLs: []string{server.URL()}}) })
		})
	}
}

func agree(t *testing.T, seed uint64, store func() consent.Store) {
	random, now := rand.New(rand.NewPCG(seed, 7)), early().Add(time.Hour)
	dirs, keys := []string{t.TempDir(), t.TempDir()}, keyring(t)
	begin := func(n int) *outbox.Outbox {
		o, at := small(filepath.Join(dirs[n], "log"), store()), now
		o.Keys, o.Clock = keys, func() time.Time { return at }
		return open(t, o)
	}
	nodes := []*outbox.Outbox{begin(0), begin(1)}
	people := []string{"AAAAAAAAAAAAAAAAAAAAAA", "BAAAAAAAAAAAAAAAAAAAAA", "CAAAAAAAAAAAAAAAAAAAAA"}
	var sent []consent.Record
	var story []string
	compare := func() {
		for _, n := range nodes {
			handedOver(t, n)
		}
		for _, subject := range people {
			var said [2]consent.Standing
			var why [2]consent.Code
			for n := range nodes {
				if why[n] = consent.CodeOf(nodes[n].Standing(t.Context(), "shop", subject, &said[n])); why[n] != "" {
					said[n] = consent.Standing{}
				}
			}
			if why[0] == consent.Unavailable || why[0] != why[1] || !reflect.DeepEqual(said[0], said[1]) {
				t.Fatalf("of %.1s: %+v %s, and %+v %s, after %q", subject, said[0], why[0], said[1], why[1], story)
			}
		}
	}
	for step := range 80 {
		n, subject, clock := random.IntN(2), people[random.IntN(len(people))], int64(random.IntN(5000))
		told := ""
		switch what := random.IntN(20); {
		case what < 9:
			r := record(fmt.Sprint("id-", step), subject, clock)
			r.Levels = map[string]int{"analytics": random.IntN(2)}
			if random.IntN(8) == 0 {
				r.Action, r.Peer = consent.Joined, people[random.IntN(len(people))]
			}
			_, _, err := nodes[n].Append(t.Context(), r)
			sent, told = append(sent, r), fmt.Sprint(r.ID, " at ", clock, " ", consent.CodeOf(err))
		case what < 12 && len(sent) > 0:
			r := sent[random.IntN(len(sent))]
			r.Clock += int64(random.IntN(400)) - 200
			if random.IntN(3) == 0 {
				r.Content = "another"
			}
			if random.IntN(4) == 0 {
				r.Subject = subject
			}
			_, _, err := nodes[n].Append(t.Context(), r)
			told = fmt.Sprint(r.ID, " again ", consent.CodeOf(err))
		case what < 14:
			_, err := nodes[n].EraseLevel(t.Context(), "shop", subject, early().Add(time.Duration(clock)*time.Millisecond), random.IntN(2) == 0)
			told = fmt.Sprint("erased at ", clock, " ", consent.CodeOf(err))
		case what < 16:
			if err := nodes[n].Close(); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Duration(random.IntN(40)) * time.Minute)
			nodes[n], told = begin(n), "started again"
		default:
			compare()
		}
		story = append(story, fmt.Sprintf("%d %.1s %s", n, subject, told))
	}
	compare()
	recounted(t, nodes)
}

// recounted holds what both nodes export and count against each other.
func recounted(t *testing.T, nodes []*outbox.Outbox) {
	t.Helper()
	var told [2][]string
	want := map[string]int64{}
	for n := range nodes {
		err := nodes[n].Export(t.Context(), "shop", func(r consent.Record) error {
			told[n] = append(told[n], r.ID)
			if n > 0 {
				return nil
			}
			if r.Action == consent.Joined {
				want["links"]++
				return nil
			}
			want["records"]++
			want["action:"+string(r.Action)]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	once := slices.Clone(told[0])
	slices.Sort(once)
	if !slices.Equal(told[0], told[1]) || len(slices.Compact(once)) != len(told[0]) {
		t.Errorf("the nodes export %v and %v", told[0], told[1])
	}
	day := early().UTC().Format(time.DateOnly)
	counts, err := nodes[1].Counts(t.Context(), "shop", day, day)
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range want {
		if counts[day][name] != n {
			t.Errorf("%s is counted %d times, and is there %d times", name, counts[day][name], n)
		}
	}
}
