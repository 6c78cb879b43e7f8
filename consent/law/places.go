package law

import (
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Places lists every place that is known by name at a time, in the order of
// their codes.
func (t *Table) Places(at time.Time) []consent.Place {
	var list []consent.Place
	for p := range t.at(at.Unix()).places {
		if p.Known() {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b consent.Place) int { return strings.Compare(a.String(), b.String()) })
	return list
}
