package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// Whatever devices of one account do at whichever of two servers, and however far
// apart the clocks of these are: a refusal counts everywhere, a grant of who knew
// all that came before too, both servers say the same, and the records, their
// proof and the counters tell of each decision once.
func TestServersThatShareAStoreAgreeOnAccounts(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{
		"one time": 0, "five minutes behind": -5 * time.Minute, "five minutes ahead": 5 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newCompany(t, apart).story(t, 1, 40)
		})
	}
}

// company are people with several devices, at two servers.
type company struct {
	nodes   []*server
	notes   []string
	now     []func() time.Time
	secret  string
	devices []*client
	random  *rand.Rand
	ids     int
	told    []string
}

// client is a device and what has to hold for who uses it.
type client struct {
	device
	account string
	joined  bool
	// knows says that this device knows all that was decided by whom it speaks for.
	knows bool
	last  write
}

func newCompany(t *testing.T, apart time.Duration) *company {
	redis := redistest.Start(t)
	c := &company{now: []func() time.Time{time.Now, func() time.Time { return time.Now().Add(apart) }}}
	one := startBy(t, streams{now: c.now[0], patience: 4 * time.Second}, t.TempDir(), "--redis", redis.URL())
	two := startBy(t, streams{now: c.now[1], patience: 4 * time.Second}, t.TempDir(), "--redis", redis.URL(), "--key-file", filepath.Join(one.dir, "keys"))
	c.nodes = []*server{one, two}
	for _, s := range c.nodes {
		c.notes = append(c.notes, s.note("FR"))
	}
	status, out := one.command("site", "identify-secret", "demo")
	if status != 0 {
		t.Fatal(out)
	}
	c.secret = strings.TrimSpace(out)
	return c
}

func (c *company) at(name string, node int) account {
	return account{name, consent.ProveAccount(c.secret, name, c.now[node]())}
}

func (c *company) tell(f string, args ...any) { c.told = append(c.told, fmt.Sprintf(f, args...)) }

func (c *company) story(t *testing.T, seed uint64, steps int) {
	c.random = rand.New(rand.NewPCG(seed, 11))
	for i := range 6 {
		c.devices = append(c.devices, &client{account: "account-" + strconv.Itoa(i/3)})
	}
	// want is what has to hold for the holders of which that is known.
	want := map[string]string{}
	for range steps {
		i := c.random.IntN(len(c.devices))
		d, n := c.devices[i], c.random.IntN(2)
		d.server = c.nodes[n]
		c.tell("device %d at %d", i, n)
		c.step(t, d, n, want, i)
		c.agree(t, want)
		if t.Failed() {
			t.Fatalf("after\n%s", strings.Join(c.told, "; "))
		}
	}
	c.recount(t)
}

func (c *company) holder(i int) string {
	if d := c.devices[i]; d.joined {
		return d.account
	}
	return "device-" + strconv.Itoa(i)
}

// others know no more that they know all.
func (c *company) decided(by int) {
	for i := range c.devices {
		if c.holder(i) == c.holder(by) {
			c.devices[i].knows = i == by
		}
	}
}

func (c *company) step(t *testing.T, d *client, n int, want map[string]string, i int) {
	t.Helper()
	age := []int{0, 0, 3, 400}[c.random.IntN(4)]
	post := func(w write) answer {
		c.ids++
		w["id"], w["age"], w["note"], w["consent"], w["subject"] = numbered(c.ids), age, c.notes[n], d.consent, d.subject
		d.last = w
		a := d.take(d.write(w))
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		c.tell("%v age %d", w["action"], age)
		return a
	}
	h := c.holder(i)
	switch what := c.random.IntN(20); {
	case what < 6:
		if !d.knows && d.joined {
			d.identifies(c.at(d.account, n))
			d.knows = true
			c.tell("is told")
		}
		age = 0
		post(write{"action": "accept_all", "levels": acceptAll})
		want[h] = "granted"
		c.decided(i)
	case what < 8:
		post(write{"action": "accept_all", "levels": acceptAll})
		if !d.knows && d.joined || age > 0 {
			delete(want, h)
		} else {
			want[h] = "granted"
		}
		c.decided(i)
		d.knows = false
	case what < 12:
		knew := d.knows
		post(write{"action": []string{"withdraw", "reject_all"}[c.random.IntN(2)]})
		if d.subject != "" {
			want[h] = "denied"
			// It may be older than what another device decided since.
			if age > 3 && d.joined && !knew {
				delete(want, h)
			}
			c.decided(i)
		}
	case what < 14 && d.subject != "":
		a := d.take(d.use(`{"act":"restrict"}`, subjectToken(d.subject), cookie("lx_consent", d.consent)))
		c.tell("restricts: %d", a.status)
		want[h] = "denied"
		c.decided(i)
	case what < 17:
		before := want[h]
		a := d.identifies(c.at(d.account, n))
		c.tell("identifies: %d", a.status)
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if !d.joined {
			d.joined = true
			switch {
			case before == "denied", want[d.account] == "denied":
				want[d.account] = "denied"
			default:
				delete(want, d.account)
			}
			if before == "denied" && d.subject == "" {
				t.Error("no account")
			}
		}
		c.decided(i)
	case what < 18 && d.subject != "":
		a := d.do(http.MethodDelete, "/v1/consents/me?site=demo", "", subjectToken(d.subject))
		c.tell("erases: %d", a.status)
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		want[h] = "erased"
		for j, o := range c.devices {
			if c.holder(j) == h {
				o.knows = false
			}
		}
		d.consent, d.subject, d.joined = a.text(t, "consent"), "", false
		want["device-"+strconv.Itoa(i)] = "denied"
	case d.last != nil:
		again := d.last
		a := c.nodes[1-n].write(again)
		c.tell("again at %d: %d", 1-n, a.status)
	}
}

// agree asks both servers about everybody.
func (c *company) agree(t *testing.T, want map[string]string) {
	t.Helper()
	for _, s := range c.nodes {
		if status, out := s.command("ledger", "export", "--site", "demo"); status != 0 {
			t.Fatal(out)
		}
	}
	for i, d := range c.devices {
		said := make([]string, 2)
		for n, s := range c.nodes {
			if d.subject == "" {
				said[n] = "nobody"
				continue
			}
			_, said[n] = s.decision("marketing", cookie("lx_consent", d.consent), cookie("lx_subject", d.subject))
		}
		if h := c.holder(i); said[0] != said[1] || said[0] != "nobody" && want[h] != "" && said[0] != want[h] {
			t.Errorf("device %d of %s: %q, want %q", i, h, said, want[h])
		}
	}
	for _, name := range []string{"account-0", "account-1"} {
		said := []string{c.nodes[0].byName(account{name: name}, "marketing"), c.nodes[1].byName(account{name: name}, "marketing")}
		if said[0] != said[1] || want[name] != "" && said[0] != want[name] {
			t.Errorf("%s: %q, want %q", name, said, want[name])
		}
	}
}

// recount holds the export of both servers, the proof, the feed and the counters
// against each other.
func (c *company) recount(t *testing.T) {
	t.Helper()
	var out [2]string
	for n, s := range c.nodes {
		if _, out[n] = s.command("ledger", "export", "--site", "demo"); n > 0 && out[n] != out[0] {
			t.Errorf("the exports differ:\n%s\n%s", out[0], out[n])
		}
		if status, told := s.command("ledger", "verify"); status != 0 {
			t.Errorf("server %d: %s", n, told)
		}
	}
	type line struct{ ID, Action string }
	actions, ids := map[string]int64{}, map[string]bool{}
	for l := range strings.Lines(out[0]) {
		var r line
		if err := json.Unmarshal([]byte(l), &r); err != nil {
			t.Fatal(err)
		}
		if ids[r.ID] {
			t.Errorf("%s came twice", r.ID)
		}
		ids[r.ID] = true
		if r.Action != "identify" && r.Action != "joined" {
			actions[r.Action]++
		}
	}
	// Small numbers are told to nobody.
	total, hidden := map[string]int64{}, map[string]bool{}
	for _, day := range c.days() {
		var counted struct{ Actions map[string]*int64 }
		a := c.nodes[0].do(http.MethodGet, "/v1/sites/demo/insight?from="+day+"&to="+day, "", operator)
		if err := json.Unmarshal(a.body, &counted); err != nil {
			t.Fatalf("%s", a.body)
		}
		for k, v := range counted.Actions {
			if v == nil {
				hidden[k] = true
				continue
			}
			total[k] += *v
		}
	}
	for k, n := range actions {
		if !hidden[k] && total[k] != n {
			t.Errorf("%s was counted %d times, and is there %d times", k, total[k], n)
		}
	}
	if len(hidden) == len(actions) {
		t.Error("nothing was counted")
	}
}

func (c *company) days() (all []string) {
	for _, now := range c.now {
		all = append(all, now().UTC().Format(time.DateOnly))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
