package admin_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// heard counts how many of some tries are answered, and not only told to wait.
func heard(tries int, try func(i int) error) (n int) {
	for i := range tries {
		if code := consent.CodeOf(try(i)); code == consent.Unauthorized || code == consent.Forbidden {
			n++
		}
	}
	return n
}

func TestEveryDoorThatTakesAPasswordHearsFewGuesses(t *testing.T) {
	t.Parallel()
	h, ann, session := owned(t)
	boss := h.joined("acme", "boss@acme.example", admin.Owner)
	invite := func(email string) string {
		_, token, err := h.Invite(t.Context(), boss, admin.Invite{Email: email, Role: admin.Editor})
		h.want("invite", err, "")
		return token
	}
	known, stranger := invite("ann@example.com"), invite("new@example.com")
	e, err := h.Enrol(t.Context(), ann)
	h.want("enrol", err, "")
	_, err = h.Enrolled(t.Context(), ann, codeOf(t, e.Secret, h.clock()))
	h.want("enrolled", err, "")
	from := func(i int) string { return fmt.Sprintf("10.0.%d.0/24", i) }
	for name, c := range map[string]struct {
		most int
		try  func(i int) error
	}{
		"the code, by who knows the password": {5, func(i int) error {
			_, err := h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Code: fmt.Sprintf("%06d", i), Network: from(i)})
			return err
		}},
		"a recovery code, by who knows the password": {5, func(i int) error {
			_, err := h.SignIn(t.Context(), admin.Attempt{Email: "ann@example.com", Password: words, Code: fmt.Sprintf("recovery-code-%d", i), Network: from(i)})
			return err
		}},
		"the password once more, in an open session": {5, func(i int) error {
			_, err := h.Confirm(t.Context(), session, ann, fmt.Sprintf("guess %d of many words", i), "")
			return err
		}},
		"an invitation of somebody who has an account": {5, func(i int) error {
			_, err := h.Accept(t.Context(), known, admin.Attempt{Email: "ann@example.com", Password: fmt.Sprintf("guess %d of many words", i), Network: from(i), Device: "x"}, "")
			return err
		}},
	} {
		// Each has its own quarter of an hour, and its own seconds.
		h.wait(time.Hour)
		if n := heard(40, c.try); n == 0 || n > c.most {
			t.Errorf("%s: %d of 40 guesses were heard", name, n)
		}
	}
	h.wait(time.Hour)
	tried := 0
	for range 100 {
		_, err := h.Accept(t.Context(), stranger, admin.Attempt{Email: "new@example.com", Password: "short", Network: "192.0.2.0/24"}, "")
		if consent.CodeOf(err) == consent.Invalid {
			tried++
		}
	}
	if tried != 30 {
		t.Errorf("%d of 100 tries of one network at an invitation were heard", tried)
	}
}

func TestAllTheWorldTogetherTriesFiftyTimesASecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	try := func(i int) error { return h.guess(fmt.Sprintf("p%d@example.com", i), fmt.Sprintf("10.%d.0.0/24", i)) }
	if n := heard(80, try); n != 50 {
		t.Errorf("%d of 80 tries in one second were heard", n)
	}
	h.wait(time.Second)
	if n := heard(10, try); n != 10 {
		t.Errorf("%d of 10 tries in the next second were heard", n)
	}
}

// Who has no account costs as much as who has one: what a hash takes in memory
// tells it without a clock. Nothing else runs beside this test.
func TestAnUnknownAddressCostsWhatAWrongPasswordDoes(t *testing.T) {
	h, _, _ := owned(t)
	const kib = 8 << 10
	d, err := admin.New(admin.Options{Store: h.store, Clock: h.clock, Random: rand.Reader, Keys: h.keys, Cost: admin.Cost{KiB: kib, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"nobody@example.com", "no address", ""} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := d.SignIn(t.Context(), admin.Attempt{Email: email, Password: words, Network: "192.0.2.0/24"})
		runtime.ReadMemStats(&after)
		h.want("sign in as "+email, err, consent.Unauthorized)
		if took := after.TotalAlloc - before.TotalAlloc; took < kib<<10 {
			t.Errorf("%q is answered without a hash: %d bytes", email, took)
		}
	}
}

// gated is a randomness that tells who waits for it, and lets them wait.
type gated struct {
	entered chan struct{}
	open    chan struct{}
}

func (g *gated) Read(p []byte) (int, error) {
	select {
	case <-g.open:
	default:
		g.entered <- struct{}{}
		<-g.open
	}
	return rand.Read(p)
}

func TestFourHashesAtATimeAndOthersAreToldToTryAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// A hash begins with its salt: whoever waits for that has a place.
	g := &gated{entered: make(chan struct{}, 16), open: make(chan struct{})}
	close(g.open)
	d, err := admin.New(admin.Options{Store: h.store, Clock: h.clock, Random: g, Keys: h.keys, Token: strings.Repeat("t", 32), Cost: admin.Cost{KiB: 64, Passes: 1, Lanes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Token(t.Context(), strings.Repeat("t", 32), "acme")
	h.want("the operator", err, "")
	h.want("the organisation", d.Join(t.Context(), p, admin.NewPerson{Email: "first@example.com", Password: words}, admin.Editor), "")
	g.open = make(chan struct{})
	join := func(ctx context.Context, i int) error {
		return d.Join(ctx, p, admin.NewPerson{Email: fmt.Sprintf("p%d@example.com", i), Password: words}, admin.Editor)
	}
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() { _ = join(t.Context(), i) })
	}
	for range 4 {
		<-g.entered
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	fifth := make(chan error, 1)
	go func() { fifth <- join(ctx, 5) }()
	select {
	case err := <-fifth:
		h.want("a fifth at a time", err, admin.TooMany)
	case <-g.entered:
		t.Error("a fifth hash began beside four others")
	}
	close(g.open)
	group.Wait()
	h.want("one after them", join(t.Context(), 6), "")
}

func TestAnAPIKeyAndAnInvitationEndAtTheirTime(t *testing.T) {
	t.Parallel()
	h, ann, _ := owned(t)
	_, secret, err := h.NewKey(t.Context(), ann, admin.APIKey{Name: "k", Permissions: []admin.Permission{admin.CheckAny}, Expires: h.clock().Add(time.Hour)})
	h.want("make a key", err, "")
	_, token, err := h.Invite(t.Context(), ann, admin.Invite{Email: "bob@example.com", Role: admin.Editor})
	h.want("invite", err, "")
	use := func() error { _, err := h.Token(t.Context(), secret, ""); return err }
	h.wait(time.Hour - time.Second)
	h.want("a key before its end", use(), "")
	for _, wrong := range []string{secret[:len(secret)-1], secret + "A", secret[:len(secret)-43] + strings.Repeat("A", 43), secret[:strings.IndexByte(secret, '.')]} {
		_, err = h.Token(t.Context(), wrong, "")
		h.want("a key that is nearly right", err, consent.Unauthorized)
	}
	h.wait(time.Second)
	h.want("a key at its end", use(), consent.Unauthorized)
	h.wait(admin.InviteLife - time.Hour)
	_, err = h.Accept(t.Context(), token, admin.Attempt{Email: "bob@example.com", Password: words, Network: "192.0.2.0/24"}, "")
	h.want("an invitation at its end", err, consent.NotFound)
}
