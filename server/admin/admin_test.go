package admin_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
	"github.com/leadiumx/consent/server/boltstore"
)

const words = "purple kettle orbit sandwich"

// house is a desk with a clock that stands still until it is moved.
type house struct {
	*admin.Desk
	t     *testing.T
	store *boltstore.Store
	keys  *consent.Keyring
	mu    sync.Mutex
	now   time.Time
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) wait(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func newHouse(t *testing.T) *house {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	keys, err := consent.NewKeyring(consent.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: store, keys: keys, now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	h.Desk = h.desk(store)
	return h
}

// desk makes a desk on a store, as a server does.
func (h *house) desk(store admin.Store) *admin.Desk {
	h.t.Helper()
	d, err := admin.New(admin.Options{Store: store, Clock: h.clock, Random: rand.Reader, Keys: h.keys, Token: strings.Repeat("t", 32), Cost: admin.Cost{KiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// owned is a house with Ann as its owner, and her session.
func owned(t *testing.T) (*house, admin.Principal, string) {
	t.Helper()
	h := newHouse(t)
	setup, err := h.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	in, err := h.SignInBySetup(t.Context(), setup)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.SetUp(t.Context(), in.Principal, admin.NewPerson{Email: "ann@example.com", Name: "Ann", Password: words})
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.Resume(t.Context(), in.Token, p)
	if err != nil {
		t.Fatal(err)
	}
	p, err = h.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return h, p, token
}

func (h *house) signIn(password, code string) error {
	_, err := h.SignIn(h.t.Context(), admin.Attempt{Email: "ann@example.com", Password: password, Code: code, Network: "192.0.2.0/24"})
	return err
}

func (h *house) want(what string, err error, code consent.Code) {
	h.t.Helper()
	if consent.CodeOf(err) != code || (err == nil) != (code == "") {
		h.t.Fatalf("%s: %v; want %q", what, err, code)
	}
}

// codeOf is what an authenticator app shows.
func codeOf(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha1.New, raw)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := m.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

func TestACodeOfTheAuthenticatorAppWorksOnce(t *testing.T) {
	t.Parallel()
	h, p, _ := owned(t)
	e, err := h.Enrol(t.Context(), p)
	h.want("enrol", err, "")
	_, err = h.Enrolled(t.Context(), p, "000000")
	h.want("a wrong code", err, consent.Invalid)
	recovery, err := h.Enrolled(t.Context(), p, codeOf(t, e.Secret, h.clock()))
	h.want("the right code", err, "")
	h.want("no code", h.signIn(words, ""), admin.SecondFactor)
	h.want("the code of the set-up again", h.signIn(words, codeOf(t, e.Secret, h.clock())), consent.Unauthorized)
	h.wait(30 * time.Second)
	now := codeOf(t, e.Secret, h.clock())
	h.want("the next code", h.signIn(words, now), "")
	h.want("the same code again", h.signIn(words, now), consent.Unauthorized)
	h.want("an earlier code", h.signIn(words, codeOf(t, e.Secret, h.clock().Add(-30*time.Second))), consent.Unauthorized)
	h.wait(time.Hour)
	h.want("a recovery code", h.signIn(words, recovery[3]), "")
	h.want("the same recovery code", h.signIn(words, recovery[3]), consent.Unauthorized)
	h.want("another recovery code", h.signIn(words, recovery[4]), "")
}

func TestOfManyWhoSendTheSameCodeOneGetsIn(t *testing.T) {
	t.Parallel()
	h, p, _ := owned(t)
	e, err := h.Enrol(t.Context(), p)
	h.want("enrol", err, "")
	_, err = h.Enrolled(t.Context(), p, codeOf(t, e.Secret, h.clock()))
	h.want("enrolled", err, "")
	h.wait(time.Minute)
	code := codeOf(t, e.Secret, h.clock())
	var group sync.WaitGroup
	in := make(chan error, 4)
	for range cap(in) {
		group.Go(func() { in <- h.signIn(words, code) })
	}
	group.Wait()
	close(in)
	won := 0
	for err := range in {
		if err == nil {
			won++
		}
	}
	if won != 1 {
		t.Fatalf("%d got in", won)
	}
}

func TestGuessingIsSlowedDownAndNeverLocksTheOwnerOut(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	known, err := h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Network: "198.51.100.0/24"})
	h.want("the owner", err, "")
	heard := 0
	for i := range 200 {
		_, err := h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: fmt.Sprintf("guess %d of many words", i), Network: fmt.Sprintf("10.0.%d.0/24", i)})
		if consent.CodeOf(err) == consent.Unauthorized {
			heard++
		}
		h.wait(time.Second)
	}
	// Five at once; then each waits twice as long as the one before.
	if heard > 8 {
		t.Errorf("%d of 200 guesses in 200 seconds were heard", heard)
	}
	// The browser that the account knows is counted apart.
	_, err = h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Network: "198.51.100.0/24", Device: known.Device})
	h.want("the owner at a known device", err, "")
	h.wait(30 * time.Minute)
	h.want("the owner anywhere, later", h.signIn(words, ""), "")
}

func TestANetworkThatTriesManyAccountsIsSlowedDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	heard := 0
	for i := range 100 {
		_, err := h.SignIn(t.Context(), admin.Attempt{Email: fmt.Sprintf("p%d@example.com", i), Password: words, Network: "192.0.2.0/24"})
		if consent.CodeOf(err) == consent.Unauthorized {
			heard++
		}
		h.wait(time.Second / 10)
	}
	if heard != 30 {
		t.Errorf("%d tries were heard", heard)
	}
}

func TestASessionEndsWhenIdleAndAtItsEnd(t *testing.T) {
	t.Parallel()
	h, _, token := owned(t)
	session := func() error { _, err := h.Session(t.Context(), token); return err }
	for range 11 {
		h.wait(59 * time.Minute)
		h.want("a session in use", session(), "")
	}
	h.wait(2 * time.Hour)
	h.want("a session at its end", session(), consent.Unauthorized)
	h, _, token = owned(t)
	h.wait(time.Hour)
	_, err := h.Session(t.Context(), token)
	h.want("an idle session", err, consent.Unauthorized)
}

func TestDangerousActsAskForThePasswordAgain(t *testing.T) {
	t.Parallel()
	h, p, token := owned(t)
	if !p.Confirmed.After(h.clock()) {
		t.Fatal("a fresh sign-in proves enough")
	}
	h.wait(6 * time.Minute)
	p, err := h.Session(t.Context(), token)
	h.want("session", err, "")
	if p.Confirmed.After(h.clock()) {
		t.Fatal("it still counts after 6 minutes")
	}
	h.want("end the others", h.EndOthers(t.Context(), p), "")
	token, err = h.Resume(t.Context(), token, p)
	h.want("go on", err, "")
	p, err = h.Session(t.Context(), token)
	h.want("session", err, "")
	if p.Confirmed.After(h.clock()) {
		t.Fatal("ending the other sessions proves who somebody is")
	}
	_, err = h.Confirm(t.Context(), token, p, "something else entirely", "")
	h.want("a wrong password", err, consent.Unauthorized)
	next, err := h.Confirm(t.Context(), token, p, words, "")
	h.want("the password", err, "")
	_, err = h.Session(t.Context(), token)
	h.want("the session before", err, consent.Unauthorized)
	p, err = h.Session(t.Context(), next)
	h.want("the new session", err, "")
	if !p.Confirmed.After(h.clock()) {
		t.Fatal("the password proved nothing")
	}
}

func TestAResetLinkWorksOnceAndNotForWhoHasPowersElsewhere(t *testing.T) {
	t.Parallel()
	h, ann, _ := owned(t)
	boss := h.joined("acme", "boss@acme.example", admin.Owner)
	h.joined("acme", "eve@acme.example", admin.Editor)
	token, err := h.Reset(t.Context(), boss, "eve@acme.example")
	h.want("reset", err, "")
	h.want("a short password", h.UseReset(t.Context(), token, "short"), consent.Invalid)
	h.want("use", h.UseReset(t.Context(), token, "granite violin tuesday lantern"), "")
	h.want("use again", h.UseReset(t.Context(), token, "granite violin tuesday lantern"), consent.NotFound)
	// Ann owns the installation, and becomes a member of acme too.
	_, invite, err := h.Invite(t.Context(), boss, admin.Invite{Email: "ann@example.com", Role: admin.Editor})
	h.want("invite", err, "")
	_, err = h.Accept(t.Context(), invite, admin.Attempt{Email: "ann@example.com", Password: "a wrong password of hers"}, "")
	h.want("accept with a wrong password", err, consent.Unauthorized)
	_, err = h.Accept(t.Context(), invite, admin.Attempt{Email: "ann@example.com", Password: words}, "")
	h.want("accept", err, "")
	_, err = h.Reset(t.Context(), boss, "ann@example.com")
	h.want("a reset of the owner's password", err, consent.Forbidden)
	_ = ann
}

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	t.Parallel()
	for password, good := range map[string]bool{
		words: true, "Tr0ub4dor&3-and-more": true, "日本語のとても長いパスワードです": true,
		"short": false, "fourteen chars": false, "aaaaaaaaaaaaaaaaaaaa": false, "12345678901234567890": false,
		"passwordpassword1": false, "ann ann ann ann ann": false, "qwertyuiopqwertyuiop": false, strings.Repeat("long word ", 20): false, "leadiumxleadiumx1": false,
	} {
		h := newHouse(t)
		in, err := h.SignInBySetup(context.Background(), setup(t, h))
		h.want("setup", err, "")
		_, err = h.SetUp(t.Context(), in.Principal, admin.NewPerson{Email: "ann@example.com", Name: "Ann", Password: password})
		if (err == nil) != good {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func setup(t *testing.T, h *house) string {
	t.Helper()
	token, err := h.NewSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestEveryRoleGivesWhatItHoldsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, by := range admin.Roles() {
		p := admin.Principal{Kind: admin.ByPassword, Role: by, Tenant: "acme", Grant: admin.Grant{Permissions: by.Permissions()}}
		for _, to := range admin.Roles() {
			want := true
			for _, perm := range to.Permissions() {
				want = want && p.May(perm)
			}
			if got := p.MayGrant(admin.Grant{Permissions: to.Permissions()}); got != want {
				t.Errorf("%s gives %s: %v, want %v", by, to, got, want)
			}
			if by == admin.Admin && to == admin.Owner && p.MayGrant(admin.Grant{Permissions: to.Permissions()}) {
				t.Error("an admin makes owners")
			}
		}
	}
	if (admin.Principal{}).May(admin.ReadSite) || (admin.Principal{}).MayOn("shop", admin.ReadSite) || (admin.Principal{}).Sees("", "shop") || admin.Role("nobody").Permissions() != nil {
		t.Error("the zero value may do something")
	}
}

func TestTheAuditLogIsReadFromEitherEnd(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 3, 7, 8, 9, 50} {
		h := newHouse(t)
		p := admin.Principal{Kind: admin.ByPassword, Email: "ann@example.com", Tenant: "acme"}
		for i := range size {
			h.want("audit", h.Audit(t.Context(), p, "acme", admin.Change{Action: "x", Object: fmt.Sprint(i)}), "")
		}
		var seen []int64
		for before := int64(0); ; {
			page, err := h.Latest(t.Context(), p, before, 4)
			h.want("latest", err, "")
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				seen = append(seen, c.Number)
			}
			before = page[len(page)-1].Number
		}
		for i, n := range seen {
			if n != int64(size-i) {
				t.Fatalf("of %d changes the pages hold %v", size, seen)
			}
		}
		if len(seen) != size {
			t.Fatalf("of %d changes the pages hold %d", size, len(seen))
		}
	}
}
