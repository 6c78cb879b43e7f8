package consent_test

import (
	"maps"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestAnActOnlyTakesAwayAndALiftingGivesBackWhatWasThere(t *testing.T) {
	t.Parallel()
	site := &consent.Site{
		Purposes: []consent.Purpose{{ID: "necessary"}, {ID: "analytics"}, {ID: "marketing"}},
		Vendors:  []consent.Vendor{{ID: "tube", Purposes: []string{"marketing"}}, {ID: "stats", Purposes: []string{"analytics"}}},
	}
	rules := []consent.Rule{{ID: "necessary", Necessary: true, Max: 1}, {ID: "analytics", Max: 1}, {ID: "marketing", Max: 1}}
	before := func() *consent.Choice {
		return &consent.Choice{
			Levels: map[string]int{"analytics": 1, "marketing": 1}, Vendors: map[string]int{"tube": 1, "stats": 1},
			Over: map[string]bool{"marketing": true},
		}
	}
	cases := []struct {
		name     string
		act      consent.Action
		purposes []string
		earlier  *consent.Choice
		levels   map[string]int
		vendors  map[string]int
		over     map[string]bool
		code     consent.Code
	}{
		{"withdrawal denies all that is optional", consent.Withdraw, nil, before(), map[string]int{"analytics": 0, "marketing": 0}, map[string]int{}, nil, ""},
		{"restriction does too", consent.Restrict, nil, before(), map[string]int{"analytics": 0, "marketing": 0}, map[string]int{}, nil, ""},
		{"an objection to nothing in particular does too", consent.Object, nil, nil, map[string]int{"analytics": 0, "marketing": 0}, map[string]int{}, nil, ""},
		{"an objection to one purpose leaves the others, and ends its vendors", consent.Object, []string{"ads"}, before(), map[string]int{"analytics": 1, "marketing": 0}, map[string]int{"stats": 1}, nil, ""},
		{"an objection to another purpose leaves what was granted beside the signal", consent.Object, []string{"analytics"}, before(), map[string]int{"analytics": 0, "marketing": 1}, map[string]int{"tube": 1}, map[string]bool{"marketing": true}, ""},
		{"an objection without an earlier choice answers that purpose alone", consent.Object, []string{"marketing"}, nil, map[string]int{"marketing": 0}, map[string]int{}, nil, ""},
		{"a lifting brings back the choice before", consent.Lift, nil, before(), map[string]int{"analytics": 1, "marketing": 1}, map[string]int{"tube": 1, "stats": 1}, map[string]bool{"marketing": true}, ""},
		{"of a choice that has ended a lifting brings back refusals only", consent.Lift, nil, &consent.Choice{Levels: map[string]int{"analytics": 1, "marketing": 0}, Unproved: true}, map[string]int{"marketing": 0}, map[string]int{}, nil, ""},
		{"a lifting without an earlier choice answers nothing", consent.Lift, nil, nil, map[string]int{}, map[string]int{}, nil, ""},
		{"nor does one of a forged choice", consent.Lift, nil, &consent.Choice{Levels: map[string]int{"analytics": 1}, Forged: true}, map[string]int{}, map[string]int{}, nil, ""},
		{"nor one after an erasure", consent.Lift, nil, &consent.Choice{Levels: map[string]int{"analytics": 1}, Erased: true}, map[string]int{}, map[string]int{}, nil, ""},
		{"what is necessary cannot be objected to", consent.Object, []string{"necessary"}, nil, nil, nil, nil, consent.Contradicts},
		{"nor what the site does not have", consent.Object, []string{"surveys"}, nil, nil, nil, nil, consent.UnknownPurpose},
		{"a restriction is of everything", consent.Restrict, []string{"marketing"}, nil, nil, nil, nil, consent.Invalid},
		{"a grant is no act", consent.AcceptAll, nil, nil, nil, nil, nil, consent.Invalid},
	}
	for _, c := range cases {
		got, err := consent.Act(site, rules, c.earlier, c.act, c.purposes)
		if consent.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err == nil && (!maps.Equal(got.Levels, c.levels) || !maps.Equal(got.Vendors, c.vendors) || !maps.Equal(got.Over, c.over)) {
			t.Errorf("%s: %v %v %v; want %v %v %v", c.name, got.Levels, got.Vendors, got.Over, c.levels, c.vendors, c.over)
		}
	}
}
