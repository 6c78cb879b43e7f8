package hooks

import (
	"time"

	"github.com/leadiumx/consent/consent"
)

// Reseal seals the secrets of a webhook again; see reseal.Rewrite. Those whose
// time is over are left out.
func Reseal(d consent.Document, now time.Time, again func(kind, bound, sealed string) string) (value any, mine bool, err error) {
	if d.Kind != kindHook {
		return nil, false, nil
	}
	k, err := decode(d)
	if err != nil {
		return nil, true, err
	}
	for i, s := range k.Secrets {
		if s.Until.IsZero() || !now.After(s.Until) {
			k.Secrets[i].Sealed = again("webhook", k.key(), s.Sealed)
		}
	}
	return k, true, nil
}
