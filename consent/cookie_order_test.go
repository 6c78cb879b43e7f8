package consent_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestTheEntriesOfACookieStandInTheOrderOfTheirTexts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	ids := []string{"a", "a-b", "a_b", "a0", "ab", "a-", "b", "0", "0a", "9-z", "z", "zz", "z-0"}
	for range 2000 {
		c := consent.Choice{Edition: 3, Regime: "gdpr", Clock: 1_700_000_000, Levels: map[string]int{}, Vendors: map[string]int{}, Over: map[string]bool{}}
		var want []string
		for _, id := range ids {
			if n := random.IntN(10); random.IntN(3) == 0 {
				c.Levels[id], c.Over[id] = n, random.IntN(2) == 0
				entry := id + ":" + strconv.Itoa(n)
				if n > 0 && c.Over[id] {
					entry += "g"
				}
				want = append(want, entry)
			}
			if random.IntN(4) == 0 {
				c.Vendors[id] = random.IntN(2)
				want = append(want, "@"+id+":"+strconv.Itoa(c.Vendors[id]))
			}
		}
		slices.Sort(want)
		levels := "-"
		if len(want) > 0 {
			levels = strings.Join(want, "~")
		}
		if got := consent.EncodeCookie(&c); got != "1.-.3.gdpr.1700000000."+levels+"." {
			t.Fatalf("the cookie is %s, its entries in order are %s", got, levels)
		}
	}
}
