package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// purposes judges what the site says about why it uses data.
func (l *linter) purposes() {
	needsConsent := []consent.Class{consent.Ads, consent.SaleShare, consent.Sensitive, consent.Recording}
	for i := range l.site.Purposes {
		p := &l.site.Purposes[i]
		path := fmt.Sprintf("purposes[%d]", i)
		has := func(classes ...consent.Class) bool {
			return slices.ContainsFunc(p.Classes, func(c consent.Class) bool { return slices.Contains(classes, c) })
		}
		switch {
		case p.Necessary() || p.Basis == consent.BasisConsent:
		case has(needsConsent...):
			l.fail("D07", path+".basis", fmt.Sprintf("%q rests on %s, and ads, sales, sensitive data and recording need consent", p.ID, words(p.Basis)), "Write `consent`.")
		case has(consent.Analytics) && !p.OwnAudience, has(consent.Functional):
			l.warn("D07", path+".basis", fmt.Sprintf("%q rests on %s; where the law asks for consent it waits for one all the same", p.ID, words(p.Basis)), "Write `consent`, or say `own_audience` where it serves the site's own statistics only.")
		}
		if has(consent.Sensitive) && has(consent.SaleShare) {
			l.fail("D43", path+".classes", fmt.Sprintf("%q sells sensitive data", p.ID), "Split the purpose; some laws forbid the sale even with consent.")
		}
		kinds := 0
		for _, group := range [][]consent.Class{{consent.Functional}, {consent.Analytics}, {consent.Ads, consent.SaleShare}, {consent.Recording}, {consent.Sensitive}} {
			if has(group...) {
				kinds++
			}
		}
		if kinds > 1 {
			l.warn("D45", path+".classes", fmt.Sprintf("%q bundles things that people may want to choose one by one", p.ID), "")
		}
		if has(consent.Ads, consent.SaleShare) && !slices.ContainsFunc(l.site.Vendors, func(v consent.Vendor) bool { return slices.Contains(v.Purposes, p.ID) }) {
			l.warn("D19", path, fmt.Sprintf("nobody is named who receives data for %q", p.ID), "")
		}
	}
}

func words(b consent.Basis) string { return strings.ReplaceAll(string(b), "_", " ") }

// cookies judges what the site declares to store.
func (l *linter) cookies() {
	for i := range l.site.Cookies {
		c := &l.site.Cookies[i]
		path := fmt.Sprintf("cookies[%d]", i)
		p, ok := l.site.Purpose(c.Purpose)
		if !ok {
			continue
		}
		if p.Necessary() && slices.ContainsFunc(l.trackers, func(pattern string) bool { return consent.Match(pattern, c.Name) }) {
			l.warn("D08", path+".purpose", fmt.Sprintf("%q is known to measure or follow visitors, which is not necessary", c.Name), "")
		}
		if strings.TrimSpace(c.Lifetime) == "" {
			l.warn("D48", path+".lifetime", fmt.Sprintf("nothing says how long %q lives", c.Name), "")
		}
		if limit := l.trackerMonths(p); limit > 0 && months(c.Lifetime) > float64(limit) {
			l.warn("D48", path+".lifetime", fmt.Sprintf("%q lives longer than the %d months for which own statistics may be exempt from consent", c.Name, limit), "Shorten its life.")
		}
	}
}

// trackerMonths is the shortest life that a law allows cookies of exempt
// audience measurement, 0 for other purposes.
func (l *linter) trackerMonths(p *consent.Purpose) int {
	if !p.OwnAudience || !slices.Contains(p.Classes, consent.Analytics) {
		return 0
	}
	shortest := 0
	for _, r := range l.Laws.Rows() {
		if r.Clocks != nil && r.Clocks.TrackerMonths > 0 && (shortest == 0 || r.Clocks.TrackerMonths < shortest) {
			shortest = r.Clocks.TrackerMonths
		}
	}
	return shortest
}

// months reads a life such as "2 years" or "90 days"; 0 when it cannot.
func months(life string) float64 {
	number, unit, _ := strings.Cut(strings.TrimSpace(strings.ToLower(life)), " ")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return 0
	}
	switch strings.TrimSuffix(unit, "s") {
	case "year":
		return 12 * n
	case "month":
		return n
	case "week":
		return n * 7 / 30
	case "day":
		return n / 30
	default:
		return 0
	}
}
