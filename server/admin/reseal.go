package admin

import (
	"time"

	"github.com/leadiumx/consent/consent"
)

// Reseal seals the second factor of an account again; see reseal.Rewrite.
func Reseal(d consent.Document, _ time.Time, again func(kind, bound, sealed string) string) (value any, mine bool, err error) {
	if d.Kind != kindAccount {
		return nil, false, nil
	}
	a, err := decodeHeld[Account](d)
	if err != nil || a.value.TOTP == "" {
		return nil, true, err
	}
	a.value.TOTP = again("totp", a.value.Email, a.value.TOTP)
	return a.value, true, nil
}
