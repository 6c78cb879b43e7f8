package hooks

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Reseal seals the secrets of a webhook again; see reseal.Rewrite. Those whose
// time is over are left out.
func Reseal(d consent.Document, now time.Time, again func(kind, bound, sealed string) string) (body []byte, mine bool, err error) {
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
	if body, err = json.Marshal(k); err != nil {
		err = fmt.Errorf("encode a webhook: %w", err)
	}
	return body, true, err
}
