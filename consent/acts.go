package consent

import "slices"

// What a subject may do about their data beside making a choice. A consent
// write never carries these; they are recorded when somebody uses a right.
const (
	// Object refuses single purposes, or all that are not necessary.
	Object Action = "object"
	// Restrict stops every optional purpose until it is lifted or the subject
	// chooses anew.
	Restrict Action = "restrict"
	// Lift ends a restriction: what was chosen before counts again.
	Lift Action = "lift"
)

// Acts lists what a subject may do: refusals, and the lifting of one of them.
func Acts() []Action { return []Action{Withdraw, Object, Restrict, Lift} }

// Act lays an act of a subject over the choice before it and returns the
// choice that holds from now on. purposes limits an objection; none means all
// that are not necessary. For Lift, earlier is the choice before the
// restriction. Errors: Invalid for an action that is no act, Contradicts for
// an objection to what the site cannot do without, UnknownPurpose.
func Act(site *Site, rules []Rule, earlier *Choice, action Action, purposes []string) (*Choice, error) {
	switch {
	case action == Lift:
		return lift(site, rules, earlier), nil
	case action == Object && len(purposes) > 0:
		return object(site, rules, earlier, purposes)
	case len(purposes) > 0:
		return nil, Fail(Invalid, "`purposes` belongs to an objection only", "leave it out, or send the act `object`")
	case slices.Contains(Acts(), action):
		return Merge(rules, site.Vendors, earlier, Given{Action: Withdraw})
	}
	return nil, Fail(Invalid, "the act is not known", "send one of withdraw, object, restrict, lift")
}

func lift(site *Site, rules []Rule, earlier *Choice) *Choice {
	out := &Choice{Levels: map[string]int{}, Vendors: map[string]int{}, Over: map[string]bool{}}
	if earlier != nil && !earlier.Forged && !earlier.Erased {
		keep(out, earlier, rules, site.Vendors)
	}
	return out
}

// object refuses purposes, and forgets grants of vendors that would let one of
// them run all the same.
func object(site *Site, rules []Rule, earlier *Choice, purposes []string) (*Choice, error) {
	out := lift(site, rules, earlier)
	for _, name := range purposes {
		id := site.Canonical(name)
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		switch {
		case i < 0:
			return nil, Fail(UnknownPurpose, "the site has no such purpose as `purposes` names", "send purposes of the site, by their ids")
		case rules[i].Necessary:
			return nil, Fail(Contradicts, "the site cannot work without "+quote(id), "object to optional purposes; for the others, write to the site")
		}
		out.Levels[id] = 0
		delete(out.Over, id)
		for _, v := range site.Vendors {
			if slices.Contains(v.Purposes, id) && out.Vendors[v.ID] > 0 {
				delete(out.Vendors, v.ID)
			}
		}
	}
	return out, nil
}
