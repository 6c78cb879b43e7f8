package consent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
)

func ring(t testing.TB, ids ...string) *consent.Keyring {
	t.Helper()
	keys := make([]consent.Key, len(ids))
	for i, id := range ids {
		keys[i] = consent.Key{ID: id, Secret: []byte(strings.Repeat(id, 32))[:32]}
	}
	k, err := consent.NewKeyring(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAProofHoldsForItsAccountAndSiteAndAnHourOnly(t *testing.T) {
	t.Parallel()
	now := time.Unix(1795478400, 0)
	keys := ring(t, "k2", "k1")
	proof := consent.ProveAccount(consent.IdentifySecret(keys, "lx", "shop"), "ann", now)
	older := consent.ProveAccount(consent.IdentifySecret(ring(t, "k1"), "lx", "shop"), "ann", now)
	cases := []struct {
		name, tenant, site, account, proof string
		at                                 time.Time
		want                               consent.Code
	}{
		{"as it was made", "lx", "shop", "ann", proof, now, ""},
		{"with the secret of an older live key", "lx", "shop", "ann", older, now, ""},
		{"an hour later", "lx", "shop", "ann", proof, now.Add(time.Hour), ""},
		{"from a clock that runs ahead a little", "lx", "shop", "ann", proof, now.Add(-time.Minute), ""},
		{"too late", "lx", "shop", "ann", proof, now.Add(time.Hour + time.Second), consent.BadToken},
		{"from the future", "lx", "shop", "ann", proof, now.Add(-time.Hour), consent.BadToken},
		{"for another account", "lx", "shop", "bob", proof, now, consent.BadToken},
		{"for another site", "lx", "blog", "ann", proof, now, consent.BadToken},
		{"for another tenant", "other", "shop", "ann", proof, now, consent.BadToken},
		{"with another time", "lx", "shop", "ann", "1795478401" + proof[10:], now, consent.BadToken},
		{"cut", "lx", "shop", "ann", proof[:len(proof)-1], now, consent.BadToken},
		{"without a sum", "lx", "shop", "ann", "1795478400.", now, consent.BadToken},
		{"empty", "lx", "shop", "ann", "", now, consent.BadToken},
		{"for nobody", "lx", "shop", "", proof, now, consent.Invalid},
		{"for a name that is too long", "lx", "shop", strings.Repeat("a", 257), proof, now, consent.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := consent.CheckProof(keys, c.tenant, c.site, c.account, c.proof, c.at); consent.CodeOf(err) != c.want {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnAccountKeepsItsSubjectWhenKeysChange(t *testing.T) {
	t.Parallel()
	first := ring(t, "k1")
	subject := consent.AccountSubject(first, "lx", "shop", "ann")
	if !consent.IsRecordID(subject) {
		t.Fatal(subject)
	}
	kept, err := ring(t, "k3", "k2").NamingAccounts(first.AccountSecret())
	if err != nil {
		t.Fatal(err)
	}
	for name, keys := range map[string]*consent.Keyring{"with a newer key before it": ring(t, "k2", "k1"), "after its key was retired": kept} {
		if got := consent.AccountSubject(keys, "lx", "shop", "ann"); got != subject {
			t.Errorf("%s: %s", name, got)
		}
	}
	for _, other := range [][3]string{{"lx", "shop", "bob"}, {"lx", "blog", "ann"}, {"ly", "shop", "ann"}, {"lx", "shopa", "nn"}} {
		if consent.AccountSubject(first, other[0], other[1], other[2]) == subject {
			t.Errorf("%v is the same subject", other)
		}
	}
}

func TestJoiningKeepsEveryRefusalAndRenewsNoGrant(t *testing.T) {
	t.Parallel()
	at := func(clock int64, levels map[string]int) *consent.Choice {
		return &consent.Choice{Edition: 1, Regime: "eea", Clock: clock, Levels: levels}
	}
	unproved, forged := at(9, map[string]int{"ads": 0, "stats": 1}), at(9, map[string]int{"ads": 0})
	unproved.Unproved, forged.Forged = true, true
	cases := []struct {
		name            string
		account, device *consent.Choice
		want            map[string]int
		clock           int64
	}{
		{"of nothing there is nothing", nil, nil, nil, 0},
		{"a new account takes what the device decided", nil, at(5, map[string]int{"ads": 1}), map[string]int{"ads": 1}, 5},
		{"a new device takes what the account decided", at(5, map[string]int{"ads": 1}), nil, map[string]int{"ads": 1}, 5},
		{"a refusal of the device wins", at(9, map[string]int{"ads": 1}), at(5, map[string]int{"ads": 0}), map[string]int{"ads": 0}, 9},
		{"a refusal of the account wins", at(5, map[string]int{"ads": 0}), at(9, map[string]int{"ads": 1}), map[string]int{"ads": 0}, 9},
		{"the lower level wins", at(5, map[string]int{"rec": 1}), at(9, map[string]int{"rec": 3}), map[string]int{"rec": 1}, 9},
		{"a grant of the earlier alone is not renewed", at(5, map[string]int{"ads": 1}), at(9, map[string]int{"stats": 1}), map[string]int{"stats": 1}, 9},
		{"a refusal of the earlier alone stays", at(5, map[string]int{"ads": 0}), at(9, map[string]int{"stats": 1}), map[string]int{"ads": 0, "stats": 1}, 9},
		{"of an unproved choice only refusals count", at(5, map[string]int{"ads": 1}), unproved, map[string]int{"ads": 0}, 9},
		{"a forged choice counts for nothing", at(5, map[string]int{"ads": 1}), forged, map[string]int{"ads": 1}, 5},
		{"of the same second the account's is the later one", at(5, map[string]int{"ads": 1}), at(5, map[string]int{"stats": 1}), map[string]int{"ads": 1}, 5},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := consent.Join(c.account, c.device)
			if c.want == nil {
				if got != nil {
					t.Errorf("%+v", got)
				}
				return
			}
			if got == nil || got.Clock != c.clock || !consent.SameLevels(got, &consent.Choice{Levels: c.want}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestJoiningTakesNoMoreThanBothHadOfVendorsAndOfGrantsBesideTheSignal(t *testing.T) {
	t.Parallel()
	choice := func(clock int64, levels, vendors map[string]int, over ...string) *consent.Choice {
		c := &consent.Choice{Edition: 1, Regime: "eea", Clock: clock, Levels: levels, Vendors: vendors, Over: map[string]bool{}}
		for _, id := range over {
			c.Over[id] = true
		}
		return c
	}
	type levels = map[string]int
	unproved := choice(9, levels{"stats": 0, "ads": 1}, levels{"tube": 1, "map": 0}, "ads")
	unproved.Unproved = true
	erased := choice(9, levels{"ads": 0}, nil)
	erased.Erased = true
	cases := []struct {
		name                  string
		account, device, want *consent.Choice
	}{
		{"a grant beside the signal stays one", choice(9, levels{"ads": 1}, nil, "ads"), choice(5, levels{"stats": 1}, nil), choice(9, levels{"ads": 1}, nil, "ads")},
		{"a refusal takes the mark away with the grant", choice(9, levels{"ads": 1, "stats": 1}, nil, "ads", "stats"), choice(5, levels{"ads": 0}, nil), choice(9, levels{"ads": 0, "stats": 1}, nil, "stats")},
		{"the earlier one's mark is not carried over", choice(9, levels{"ads": 1}, nil), choice(5, levels{"ads": 1}, nil, "ads"), choice(9, levels{"ads": 1}, nil)},
		{"vendors are joined as purposes are", choice(9, nil, levels{"tube": 1, "map": 1}), choice(5, nil, levels{"map": 0, "chat": 1}), choice(9, nil, levels{"tube": 1, "map": 0})},
		{"who refused purposes granted no vendor beside them", choice(9, levels{"ads": 0}, levels{"tube": 1}), choice(5, levels{"ads": 0}, nil), choice(9, levels{"ads": 0}, nil)},
		{"a vendor that the later one refused stays refused", choice(9, levels{"stats": 1}, levels{"tube": 0}), choice(5, levels{"ads": 0}, nil), choice(9, levels{"stats": 1, "ads": 0}, levels{"tube": 0})},
		{"a vendor that both granted stays granted", choice(9, levels{"ads": 0}, levels{"tube": 1}), choice(5, levels{"ads": 0}, levels{"tube": 1}), choice(9, levels{"ads": 0}, levels{"tube": 1})},
		{"who refused nothing takes no vendor away", choice(9, levels{"ads": 0}, levels{"tube": 1}), choice(5, levels{"ads": 1}, nil), choice(9, levels{"ads": 0}, levels{"tube": 1})},
		{"of an unproved choice only refusals go along", nil, unproved, choice(9, levels{"stats": 0}, levels{"map": 0})},
		{"a choice that was erased counts for nothing", choice(5, levels{"ads": 1}, nil), erased, choice(5, levels{"ads": 1}, nil)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := mustJSON(t, []*consent.Choice{c.account, c.device})
			got := consent.Join(c.account, c.device)
			if after := mustJSON(t, []*consent.Choice{c.account, c.device}); after != before {
				t.Errorf("the choices changed:\n%s\n%s", before, after)
			}
			if !consent.SameLevels(got, c.want) || got.Clock != c.want.Clock || got.Unproved {
				t.Errorf("%s, want %s", mustJSON(t, got), mustJSON(t, c.want))
			}
		})
	}
	if consent.Join(nil, &consent.Choice{Levels: levels{"ads": 1}, Unproved: true}) != nil {
		t.Error("an unproved choice without a refusal is one")
	}
}

func TestChoicesAreTheSameWhenTheyGrantTheSame(t *testing.T) {
	t.Parallel()
	one := func() *consent.Choice {
		return &consent.Choice{Clock: 1, Levels: map[string]int{"ads": 1}, Vendors: map[string]int{"tube": 1}, Over: map[string]bool{"ads": true}}
	}
	for name, change := range map[string]func(*consent.Choice){
		"another level":              func(c *consent.Choice) { c.Levels["ads"] = 0 },
		"another vendor":             func(c *consent.Choice) { c.Vendors["map"] = 0 },
		"no grant beside the signal": func(c *consent.Choice) { c.Over = nil },
	} {
		other := one()
		if other.Clock = 2; !consent.SameLevels(one(), other) {
			t.Error("a choice at another time is another one")
		}
		if change(other); consent.SameLevels(one(), other) {
			t.Errorf("%s is the same", name)
		}
	}
	if consent.SameLevels(nil, nil) || consent.SameLevels(one(), nil) || consent.SameLevels(nil, one()) {
		t.Error("no choice is the same as one")
	}
}

func FuzzProof(f *testing.F) {
	keys := ring(f, "k1")
	now := time.Unix(1795478400, 0)
	good := consent.ProveAccount(consent.IdentifySecret(keys, "lx", "shop"), "ann", now)
	for _, s := range []string{good, "", ".", "1795478400.", good + "0", "+" + good} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, proof string) {
		if err := consent.CheckProof(keys, "lx", "shop", "ann", proof, now); err == nil && proof != good && proof[:10] == good[:10] {
			t.Fatalf("%q holds", proof)
		}
	})
}
