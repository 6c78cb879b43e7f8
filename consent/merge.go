package consent

import (
	"maps"
	"slices"
)

// Given is what a consent write says: the action and the levels beside it.
type Given struct {
	Action  Action         `json:"action"`
	Levels  map[string]int `json:"levels"`
	Vendors map[string]int `json:"vendors,omitempty"`
	Signals Signals        `json:"signals"`
}

// Merge lays a new act over the earlier choice and returns the levels that
// hold from now on. A purpose that the act does not mention keeps its earlier
// level, or stays unanswered. The result shares nothing with its arguments;
// its edition, regime and clock are for the caller to set.
//
// The script holds the same function in TypeScript; both are bound by
// contract/vectors/merge.json.
//
// Errors: Invalid for an unknown purpose, action or level; Contradicts when
// levels contradict the action.
func Merge(rules []Rule, vendors []Vendor, earlier *Choice, given Given) (*Choice, error) {
	if err := checkGiven(rules, vendors, given); err != nil {
		return nil, err
	}
	out := &Choice{Levels: make(map[string]int, len(rules))}
	if earlier != nil && !earlier.Forged && !earlier.Erased {
		keep(out, earlier, rules, vendors)
	}
	if given.Action == RejectAll || given.Action == Withdraw {
		clear(out.Vendors)
		clear(out.Over)
		for _, r := range rules {
			if !r.Necessary {
				out.Levels[r.ID] = 0
			}
		}
		return out, nil
	}
	if given.Action == AcceptAll {
		clear(out.Vendors)
	}
	for _, r := range rules {
		n, ok := given.Levels[r.ID]
		if !ok || r.Necessary {
			continue
		}
		n, over := given.effective(r, n)
		out.Levels[r.ID] = n
		delete(out.Over, r.ID)
		if over {
			put(&out.Over, r.ID, true)
		}
	}
	for _, v := range vendors {
		if n, ok := given.Vendors[v.ID]; ok && !(n > 0 && given.stops(v, rules)) {
			put(&out.Vendors, v.ID, n)
		}
	}
	return out, nil
}

// effective applies the signals to one posted level: a minor's visit denies,
// and under Global Privacy Control only a grant made in the preferences, where
// the notice about the signal stands, is a grant.
func (g Given) effective(r Rule, n int) (level int, over bool) {
	switch {
	case g.Signals.Minor && r.Minor:
		return 0, false
	case g.Signals.GPC && r.GPC && n > 0:
		if g.Action != Save {
			return 0, false
		}
		return n, true
	default:
		return n, false
	}
}

// stops reports whether a signal keeps a vendor from being granted, as it does one
// of its purposes: else the grant would come alive when the signal ends. Where that
// purpose was granted beside the notice, the vendor runs with it.
func (g Given) stops(v Vendor, rules []Rule) bool {
	return slices.ContainsFunc(rules, func(r Rule) bool {
		return slices.Contains(v.Purposes, r.ID) && (g.Signals.Minor && r.Minor || g.Signals.GPC && r.GPC)
	})
}

// keep copies what still has a meaning. Of an unproved choice only refusals
// do, and of a purpose that has changed since, or was asked about less. A
// vendor's grant speaks for all its purposes, so one such purpose ends it.
func keep(out, earlier *Choice, rules []Rule, vendors []Vendor) {
	ended := earlier.Unproved
	for _, r := range rules {
		n, ok := earlier.Levels[r.ID]
		outdated := !r.Necessary && r.outdated(earlier)
		ended = ended || outdated
		if !ok || r.Necessary || ((earlier.Unproved || outdated) && n > 0) {
			continue
		}
		out.Levels[r.ID] = min(n, r.Max)
		if earlier.Over[r.ID] && n > 0 {
			put(&out.Over, r.ID, true)
		}
	}
	for _, v := range vendors {
		if n, ok := earlier.Vendors[v.ID]; ok && !(ended && n > 0) {
			put(&out.Vendors, v.ID, n)
		}
	}
}

// Refuse lays over a choice what a later one refuses that waits for its proof:
// what that grants is not proved. A vendor's grant is gone where the later choice
// refuses purposes and does not say it as well: the vendor follows its purposes
// then. What c shares with other choices stays as it is.
func (c *Choice) Refuse(later *Choice) {
	c.Levels, c.Vendors = refused(c.Levels, later.Levels), refused(c.Vendors, later.Vendors)
	purposes := slices.Contains(slices.Collect(maps.Values(later.Levels)), 0)
	maps.DeleteFunc(c.Vendors, func(id string, n int) bool { return n > 0 && purposes && later.Vendors[id] == 0 })
	c.Over = maps.Clone(c.Over)
	maps.DeleteFunc(c.Over, func(id string, _ bool) bool { return c.Levels[id] == 0 })
}

func refused(levels, by map[string]int) map[string]int {
	out := maps.Clone(levels)
	for id, n := range by {
		if n == 0 {
			put(&out, id, 0)
		}
	}
	return out
}

func checkGiven(rules []Rule, vendors []Vendor, g Given) error {
	for id, n := range g.Levels {
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			return Fail(Invalid, "the notice has no purpose "+quote(id), "send only purposes of the notice in `levels`")
		}
		r := &rules[i]
		if n < 0 || n > r.Max {
			return Fail(Invalid, "the level of "+quote(id)+" is out of range", "send 0 to refuse or a level that the purpose has")
		}
		if err := g.contradiction(r, n); err != nil {
			return err
		}
	}
	for id, n := range g.Vendors {
		if !slices.ContainsFunc(vendors, func(v Vendor) bool { return v.ID == id }) {
			return Fail(Invalid, "the notice has no vendor "+quote(id), "send only vendors of the notice in `vendors`")
		}
		if n < 0 || n > 1 {
			return Fail(Invalid, "the level of vendor "+quote(id)+" is out of range", "send 0 or 1 for a vendor")
		}
		if (n > 0 && g.refuses()) || (n == 0 && g.Action == AcceptAll) {
			return Fail(Contradicts, "vendor "+quote(id)+" contradicts the action "+quote(string(g.Action)), "send an action that fits, usually `save`")
		}
	}
	if !slices.Contains(Actions(), g.Action) {
		return Fail(Invalid, "the action "+quote(string(g.Action))+" is not known", "send one of accept_all, reject_all, save, dismiss, withdraw, embed, api, gpc")
	}
	return nil
}

// refuses reports whether the action can only take away.
func (g Given) refuses() bool {
	return g.Action == RejectAll || g.Action == Withdraw || g.Action == Dismiss || g.Action == GPC
}

func (g Given) contradiction(r *Rule, n int) error {
	wrong := n > 0 && g.refuses()
	if r.Necessary {
		wrong = n == 0
	} else if n == 0 && g.Action == AcceptAll {
		// A signal may already have taken the purpose out of "all".
		wrong = !(g.Signals.GPC && r.GPC) && !(g.Signals.Minor && r.Minor)
	}
	if !wrong {
		return nil
	}
	return Fail(Contradicts, "the level of "+quote(r.ID)+" contradicts the action "+quote(string(g.Action)),
		"send an action that fits, usually `save`, or leave the purpose out")
}

func quote(s string) string {
	if len(s) > 64 {
		s = s[:64] + "…"
	}
	return "\"" + s + "\""
}
