package rights

import (
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Reseal seals again what a visitor wrote with a request; see reseal.Rewrite.
func Reseal(d consent.Document, _ time.Time, again func(kind, bound, sealed string) string) (value any, mine bool, err error) {
	if !strings.HasPrefix(d.Kind, kindOf("")) {
		return nil, false, nil
	}
	k, err := decode(d)
	if err != nil || k.Sealed == "" {
		return nil, true, err
	}
	k.Sealed = again("request", k.Site+"/"+d.ID, k.Sealed)
	return k, true, nil
}
