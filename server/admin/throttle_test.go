package admin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/admin"
)

// guess tries to sign in with a password that is not right.
func (h *house) guess(email, network string) error {
	_, err := h.SignIn(h.t.Context(), admin.Attempt{Email: email, Password: "some guess or other", Network: network})
	return err
}

func TestANetworkThatTriesTooMuchKeepsNobodyElseOut(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	for i := range 500 {
		_ = h.guess(fmt.Sprintf("p%d@example.com", i), "203.0.113.0/24")
	}
	// In the same second.
	h.want("the owner, from elsewhere", h.signIn(words, ""), "")
}

func TestWhoHasToWaitIsToldOneTime(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	for range 5 {
		_ = h.guess("ann@example.com", "203.0.113.0/24")
	}
	// Of a wait that is no whole number of seconds, too.
	h.wait(800 * time.Millisecond)
	err := h.guess("ann@example.com", "203.0.113.0/24")
	e, ok := errors.AsType[*consent.Error](err)
	if !ok || e.Code != admin.TooMany || e.Wait != time.Minute || !strings.Contains(e.Fix, "wait 1m0s ") {
		t.Errorf("the sixth guess = %+v", e)
	}
}

func TestAnAccountOfOnesOwnWipesOutNoTriesAtOthers(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	h.joined("acme", "mallory@acme.example", admin.Editor)
	h.wait(time.Hour)
	const network = "203.0.113.0/24"
	heard := 0
	for i := range 200 {
		if consent.CodeOf(h.guess(fmt.Sprintf("p%d@example.com", i), network)) == consent.Unauthorized {
			heard++
		}
		if i%20 == 19 {
			_, _ = h.SignIn(t.Context(), admin.Attempt{Email: "mallory@acme.example", Password: words, Network: network})
		}
		h.wait(time.Second / 10)
	}
	if heard > 31 {
		t.Errorf("%d tries were heard", heard)
	}
}

func TestManyWhoSignInFromOneNetworkAreNotSlowedDown(t *testing.T) {
	t.Parallel()
	h, _, _ := owned(t)
	for range 100 {
		h.want("sign in", h.signIn(words, ""), "")
		h.wait(time.Second)
	}
}

func TestAStrangerWhoGuessesKeepsNobodyFromChangingThePassword(t *testing.T) {
	t.Parallel()
	h, ann, _ := owned(t)
	for i := range 20 {
		_ = h.guess("ann@example.com", fmt.Sprintf("10.0.%d.0/24", i))
	}
	h.want("change", h.ChangePassword(t.Context(), ann, words, "granite violin tuesday lantern"), "")
	// Who holds a session without the password has few tries all the same.
	heard := 0
	for range 20 {
		if consent.CodeOf(h.ChangePassword(t.Context(), ann, "some guess or other", words)) == consent.Unauthorized {
			heard++
		}
	}
	if heard > 5 {
		t.Errorf("%d tries were heard", heard)
	}
}

func TestRecoveryCodesAreShownAlsoWhereTheAppBeforeHadUsedTheStep(t *testing.T) {
	t.Parallel()
	h, ann, _ := owned(t)
	enrol := func() []string {
		e, err := h.Enrol(t.Context(), ann)
		h.want("enrol", err, "")
		codes, err := h.Enrolled(t.Context(), ann, codeOf(t, e.Secret, h.clock()))
		h.want("enrolled", err, "")
		return codes
	}
	enrol()
	if codes := enrol(); len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
}
