package admin

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/leadiumx/consent/consent"
	"golang.org/x/crypto/argon2"
)

// Cost is what one password hash costs. The zero Cost is the second profile of
// RFC 9106: 64 MiB, three passes, four lanes.
type Cost struct {
	KiB    uint32
	Passes uint32
	Lanes  uint8
}

func (c Cost) orDefault() Cost {
	if c == (Cost{}) {
		return Cost{KiB: 64 << 10, Passes: 3, Lanes: 4}
	}
	return c
}

const (
	saltSize, hashSize = 16, 32
	// hashesAtOnce bounds the memory that sign-ins can take together.
	hashesAtOnce = 4
	// minPassword counts where a second factor stands beside the password,
	// minAlone where it stands alone.
	minPassword, minAlone, maxPassword = 12, 15, 128
)

// hasher hashes passwords with argon2id, a few at a time.
type hasher struct {
	cost   Cost
	places chan struct{}
	random io.Reader
	// decoy is verified where there is no account, so that its absence takes
	// as long.
	decoy string
}

func newHasher(cost Cost, random io.Reader) (*hasher, error) {
	h := &hasher{cost: cost.orDefault(), places: make(chan struct{}, hashesAtOnce), random: random}
	var salt, sum [hashSize]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return nil, fmt.Errorf("make a salt: %w", err)
	}
	if _, err := io.ReadFull(random, sum[:]); err != nil {
		return nil, fmt.Errorf("make a decoy: %w", err)
	}
	h.decoy = h.encode(salt[:saltSize], sum[:])
	return h, nil
}

func (h *hasher) encode(salt, sum []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.KiB, h.cost.Passes, h.cost.Lanes, b.EncodeToString(salt), b.EncodeToString(sum))
}

// enter waits for a free place. Errors: TooMany when none gets free in time.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.places <- struct{}{}:
		return func() { <-h.places }, nil
	case <-ctx.Done():
		return nil, consent.Fail(TooMany, "too many people sign in at this moment", "try again in a few seconds")
	}
}

// hash makes the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	return h.encode(salt, argon2.IDKey([]byte(password), salt, h.cost.Passes, h.cost.KiB, h.cost.Lanes, hashSize)), nil
}

// verify compares a password with a PHC string; an empty one takes as long and
// fits nothing. stale says that the string was made at another cost.
func (h *hasher) verify(ctx context.Context, phc, password string) (ok, stale bool, err error) {
	known := phc != ""
	if !known {
		phc = h.decoy
	}
	cost, salt, sum, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, false, err
	}
	defer leave()
	got := argon2.IDKey([]byte(password), salt, cost.Passes, cost.KiB, cost.Lanes, uint32(len(sum)))
	return subtle.ConstantTimeCompare(got, sum) == 1 && known, cost != h.cost, nil
}

func parsePHC(s string) (c Cost, salt, sum []byte, err error) {
	bad := consent.Fail(consent.Unavailable, "a stored password hash is damaged", "set the password again")
	f := strings.Split(s, "$")
	if len(f) != 6 || f[1] != "argon2id" || f[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, bad
	}
	if _, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &c.KiB, &c.Passes, &c.Lanes); err != nil || c.KiB > 1<<20 || c.Passes == 0 || c.Passes > 100 || c.Lanes == 0 {
		return c, nil, nil, bad
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(f[4])
	if err != nil || len(salt) < 8 {
		return c, nil, nil, bad
	}
	sum, err = base64.RawStdEncoding.Strict().DecodeString(f[5])
	if err != nil || len(sum) != hashSize {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}

// checkPassword refuses passwords that are guessed first. What is common is
// nearly always shorter than the least length; the rest is refused by shape and
// by the words that stand near the account.
func checkPassword(password string, secondFactor bool, near ...string) error {
	least := minAlone
	if secondFactor {
		least = minPassword
	}
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return consent.Fail(consent.Invalid, "the password is not valid UTF-8", "type it again")
	case n < least:
		return consent.Fail(consent.Invalid, fmt.Sprintf("the password has %d characters", n),
			fmt.Sprintf("use at least %d, for example four words; %d are enough with an authenticator app", minAlone, minPassword))
	case n > maxPassword:
		return consent.Fail(consent.Invalid, "the password is too long", fmt.Sprintf("use at most %d characters", maxPassword))
	}
	rest := strings.ToLower(password)
	for _, word := range append(near, "leadiumx", "lxconsent", "consent", "password", "passwort", "contraseña", "qwertyuiop", "qwerty", "letmein", "welcome", "iloveyou", "administrator", "admin", "dashboard", "changeme") {
		if len(word) >= 4 {
			rest = strings.ReplaceAll(rest, strings.ToLower(word), "")
		}
	}
	if len(distinct(rest)) < 6 || isRun(rest) {
		return consent.Fail(consent.Invalid, "the password is easy to guess", "avoid repetition, rows of the keyboard and your own name; four unrelated words are good")
	}
	return nil
}

func distinct(s string) map[rune]bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return seen
}

// isRun reports whether nearly every character follows the one before it, as
// in 123456789 or abcdefgh.
func isRun(s string) bool {
	steps, prev := 0, rune(0)
	for _, r := range s {
		if d := r - prev; d >= -1 && d <= 1 {
			steps++
		}
		prev = r
	}
	return steps*4 >= utf8.RuneCountInString(s)*3
}
