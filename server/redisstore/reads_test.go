package redisstore_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
	"github.com/leadiumx/consent/server/redisstore"
	"github.com/redis/go-redis/v9"
)

// inBucket is a first decision whose id and subject are in a bucket of a site.
func inBucket(site string, bucket uint16, n int) consent.Record {
	name := func(kind byte) string {
		raw := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint16(nil, bucket), uint64(n))
		return base64.RawURLEncoding.EncodeToString(append(raw, kind, 0, 0, 0, 0, 0))
	}
	return consent.Record{ID: name(1), Site: site, Subject: name(2), Content: "c", Levels: map[string]int{"a": n % 10}, Clock: 1}
}

// visitors stores some in buckets of many partitions, or of one.
func visitors(t *testing.T, s *redisstore.Store, site string, apart uint16) []consent.Record {
	t.Helper()
	all := make([]consent.Record, 100)
	for i := range all {
		all[i] = inBucket(site, uint16(i)*apart, i)
		if _, _, err := s.Append(t.Context(), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// atOnce looks for all at the same time, each until it is answered. What is
// answered must be right.
func atOnce(t *testing.T, s *redisstore.Store, all []consent.Record) {
	t.Helper()
	var group sync.WaitGroup
	for _, r := range all {
		group.Go(func() {
			got, err := s.Latest(t.Context(), r.Site, r.Subject)
			if err != nil || got.ID != r.ID || got.Levels["a"] != r.Levels["a"] {
				t.Errorf("Latest of %s = %s, %v", r.ID, got.ID, err)
			}
			var check consent.Standing
			if err := s.Standing(t.Context(), r.Site, r.Subject, &check); err != nil || check.Levels["a"] != r.Levels["a"] {
				t.Errorf("Standing of %s = %+v, %v", r.ID, check, err)
			}
		})
	}
	group.Wait()
}

// calls is how many scripts a server has run.
func calls(t *testing.T, c *redis.Client) (n int) {
	t.Helper()
	stats, err := c.Info(t.Context(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(stats, "cmdstat_evalsha:calls=")
	_, _ = fmt.Sscanf(after, "%d", &n)
	return n
}

func TestReadsInFlightShareCommandsAndEachIsAnsweredItsOwn(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	all := append(visitors(t, s, "shop", 600), visitors(t, s, "blog", 600)...)
	before := calls(t, c)
	server.Pause()
	done := make(chan struct{})
	go func() { atOnce(t, s, all); close(done) }()
	// A caller whose time is over tells that the lanes are held, and by then the
	// others wait.
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Latest(short, "shop", all[0].Subject); consent.CodeOf(err) != consent.Unavailable {
		t.Errorf("Latest of a server that hangs = %v", err)
	}
	server.Resume()
	<-done
	if n := calls(t, c) - before; n > len(all)/4 {
		t.Errorf("%d reads took %d commands", len(all), n)
	}
}

func TestReadsOfManySitesAndPartitionsAreAnsweredByACluster(t *testing.T) {
	t.Parallel()
	s := open(t, redisstore.Options{URLs: redistest.StartCluster(t)})
	var all []consent.Record
	for _, site := range []string{"shop", "blog", "a b/ü"} {
		all = append(all, visitors(t, s, site, 600)...)
	}
	atOnce(t, s, all)
	// Some that are nobody's, erased or of many records, beside the others.
	second := all[1]
	second.ID, second.Clock, second.Levels = all[1].ID[:20]+"AQ", 2, map[string]int{"a": 0}
	if _, _, err := s.Append(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(t.Context(), all[0].Site, all[0].Subject, time.UnixMilli(9)); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() { atOnce(t, s, all[2:]) })
	group.Go(func() {
		if _, err := s.Latest(t.Context(), all[0].Site, all[0].Subject); consent.CodeOf(err) != consent.Erased {
			t.Errorf("Latest of an erased subject = %v", err)
		}
	})
	group.Go(func() {
		if _, err := s.Latest(t.Context(), "shop", "nobody"); consent.CodeOf(err) != consent.NotFound {
			t.Errorf("Latest of nobody = %v", err)
		}
	})
	group.Go(func() {
		// Two within the skew bound count both.
		if got, err := s.Latest(t.Context(), second.Site, second.Subject); err != nil || got.Levels["a"] != 0 {
			t.Errorf("Latest of two records = %+v, %v", got, err)
		}
	})
	group.Wait()
}

func TestReadsOfASlotThatMovesAreAnswered(t *testing.T) {
	t.Parallel()
	urls := redistest.StartCluster(t)
	s := open(t, redisstore.Options{URLs: urls})
	m := redistest.NewMover(t, urls)
	all := visitors(t, s, "shop", 1)
	slot, err := m.Nodes[0].ClusterKeySlot(t.Context(), "{shop/00}").Result()
	if err != nil {
		t.Fatal(err)
	}
	from := int(slot) * 3 / 16384
	nth := 0
	m.Move(int(slot), from, (from+1)%3, func() {
		if nth++; nth%40 == 0 {
			atOnce(t, s, all)
		}
	})
	if nth < 200 {
		t.Errorf("only %d keys moved", nth)
	}
	atOnce(t, s, all)
}

func TestAKeyThatIsDamagedFailsItsOwnReadersAlone(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	all := visitors(t, s, "shop", 600)
	if err := c.Set(t.Context(), "lx:b:{shop/00}000", "no hash", 0).Err(); err != nil {
		t.Fatal(err)
	}
	server.Pause()
	var group sync.WaitGroup
	group.Go(func() { atOnce(t, s, all[1:]) })
	for range 3 {
		group.Go(func() {
			_, err := s.Latest(t.Context(), "shop", all[0].Subject)
			if consent.CodeOf(err) != consent.Unavailable || !strings.Contains(fixOf(err), "keys that begin with lx:") {
				t.Errorf("Latest out of a damaged key = %v", err)
			}
		})
	}
	server.Resume()
	group.Wait()
}

func TestTheFirstReadsAfterAStartTakeFewConnections(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	all := visitors(t, open(t, redisstore.Options{URLs: []string{server.URL()}}), "shop", 600)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	made := func() (n int) {
		stats, err := c.Info(t.Context(), "stats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(stats, "total_connections_received:")
		_, _ = fmt.Sscanf(after, "%d", &n)
		return n
	}
	before := made()
	atOnce(t, s, all)
	// Those that are kept ready, and one for each lane.
	if n := made() - before; n > 9 {
		t.Errorf("%d connections were made", n)
	}
}

func TestReadsGoOnAfterTheServerForgotTheirScript(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	all := visitors(t, s, "shop", 600)
	for range 3 {
		if err := c.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		atOnce(t, s, all)
	}
}

func TestACallerThatGivesUpNeitherHoldsNorSpoilsTheReadsOfOthers(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	all := visitors(t, s, "shop", 600)
	server.Pause()
	var patient, hasty sync.WaitGroup
	patient.Go(func() { atOnce(t, s, all) })
	for _, r := range all {
		hasty.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, err := s.Latest(ctx, r.Site, r.Subject); consent.CodeOf(err) != consent.Unavailable {
				t.Errorf("Latest of a server that hangs = %v", err)
			}
		})
	}
	hasty.Wait()
	server.Resume()
	patient.Wait()
}

func TestAStoreThatIsClosedAnswersWhoeverWaits(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, redisstore.Options{URLs: []string{server.URL()}})
	all := visitors(t, s, "shop", 600)
	server.Pause()
	var group sync.WaitGroup
	for _, r := range all {
		group.Go(func() {
			// Those whose answer was on its way when it closed may have it.
			if _, err := s.Latest(t.Context(), r.Site, r.Subject); err != nil && consent.CodeOf(err) != consent.Unavailable {
				t.Errorf("Latest = %v", err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	server.Resume()
	if _, err := s.Latest(t.Context(), "shop", "sub"); consent.CodeOf(err) != consent.Unavailable {
		t.Errorf("Latest of a closed store = %v", err)
	}
}

func TestAProcessThatDidNotRunTakesInAnswersBeforeItGivesUpOnThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late time.Duration
		want []bool
	}{
		"in time, the read goes on for nobody": {time.Millisecond, []bool{true, true}},
		// Where the process never runs in time, its callers wait all the same.
		"a process that is always late pardons once": {time.Second, []bool{false, true}},
	} {
		if got := redisstore.LateLooks(c.late, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%s: given up after each look: %v, want %v", name, got, c.want)
		}
	}
}

func TestACheckLooksForOneFieldAndSaysWhatTheRecordDoes(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, c := open(t, redisstore.Options{URLs: []string{server.URL()}}), server.Client()
	looks := func() (n int) {
		stats, err := c.Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(stats, "cmdstat_hget:calls=")
		_, _ = fmt.Sscanf(after, "%d", &n)
		return n
	}
	const account = "__________________8DAg"
	for name, one := range map[string]struct {
		change func(*consent.Record)
		looks  int
	}{
		"a choice":                 {func(*consent.Record) {}, 1},
		"over the signal":          {func(r *consent.Record) { r.Over = map[string]bool{"a": true} }, 1},
		"a device of an account":   {func(r *consent.Record) { r.Action, r.Peer = consent.Joined, account }, 1},
		"a clock that runs ahead":  {func(r *consent.Record) { r.Clock = 1 << 40 }, 3},
		"more vendors than it has": {func(r *consent.Record) { r.Vendors = vendors(100) }, 3},
	} {
		r := inBucket("shop", 7, len(name))
		r.Time = time.UnixMilli(r.Clock).UTC()
		one.change(&r)
		if _, _, err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		var got consent.Standing
		before := looks()
		if err := s.Standing(t.Context(), "shop", r.Subject, &got); err != nil {
			t.Fatal(err)
		}
		if n := looks() - before; n != one.looks {
			t.Errorf("%s: %d looks, want %d", name, n, one.looks)
		}
		if whole, err := s.Latest(t.Context(), "shop", r.Subject); err != nil || !reflect.DeepEqual(got, whole.Standing()) {
			t.Errorf("%s: Standing is %+v, Latest %+v, %v", name, got, whole, err)
		}
	}
}

func vendors(n int) map[string]int {
	all := map[string]int{}
	for i := range n {
		all[fmt.Sprintf("vendor-%d", i)] = 1
	}
	return all
}
