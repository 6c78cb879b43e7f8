package admin

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Reseal seals the second factor of an account again; see reseal.Rewrite.
func Reseal(d consent.Document, _ time.Time, again func(kind, bound, sealed string) string) (body []byte, mine bool, err error) {
	if d.Kind != kindAccount {
		return nil, false, nil
	}
	a, err := decodeHeld[Account](d)
	if err != nil || a.value.TOTP == "" {
		return d.Body, true, err
	}
	a.value.TOTP = again("totp", a.value.Email, a.value.TOTP)
	if body, err = json.Marshal(a.value); err != nil {
		err = fmt.Errorf("encode an account: %w", err)
	}
	return body, true, err
}
