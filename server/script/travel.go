package script

import (
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// route is a visit as travel sees it: law changes at midnight UTC.
type route struct {
	edition *consent.Edition
	regime  string
	place   consent.Place
	day     string
}

// travelled is what travel found.
type travelled struct {
	rules []consent.Rule
	laxer string
}

// away remembers what travel finds, for it looks at every law.
func (d *Desk) away(n *Notice) travelled {
	key := route{n.Edition, n.Regime.ID, n.Regime.Place, n.Regime.At.UTC().Format(time.DateOnly)}
	t, _ := d.travels.get(key, func() (travelled, error) {
		rules, laxer := d.travel(n)
		return travelled{rules, laxer}, nil
	})
	return t
}

// travel finds, for a visitor who may have chosen elsewhere, which purposes
// wait for a grant here and run unasked under some other law, and the pattern
// of those laws' regimes. A grant from there is asked for again here. Both are
// empty where no law asks less.
func (d *Desk) travel(n *Notice) (rules []consent.Rule, pattern string) {
	est, _ := consent.ParsePlace(n.Edition.Site.Establishment)
	rules = n.Rules
	all, laxer := map[string][]string{}, map[string][]string{}
	for _, r := range d.o.Laws.Regimes(est, n.Regime.At) {
		id, _, _ := strings.Cut(r.ID, "+")
		country, _, _ := strings.Cut(id, "-")
		all[country] = append(all[country], id)
		less := false
		for i, x := range consent.Elsewhere(n.Rules, n.Edition.Rules(r.Terms, consent.Place{})) {
			if x.Laxer && !rules[i].Laxer {
				if &rules[0] == &n.Rules[0] {
					rules = slices.Clone(rules)
				}
				rules[i].Laxer = true
			}
			less = less || x.Laxer
		}
		if less {
			laxer[country] = append(laxer[country], id)
		}
	}
	var alternatives []string
	for country, ids := range laxer {
		if len(ids) == len(all[country]) {
			alternatives = append(alternatives, country)
			continue
		}
		for _, id := range ids {
			alternatives = append(alternatives, id+`(?!-)`)
		}
	}
	if alternatives == nil {
		return rules, ""
	}
	slices.Sort(alternatives)
	return rules, "^(" + strings.Join(alternatives, "|") + `)\b`
}
