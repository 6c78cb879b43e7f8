package bundle

import (
	"slices"

	"github.com/leadiumx/consent/consent"
)

// Regional is what holds in one place before a choice.
type Regional struct {
	Place string
	Rules []consent.Rule
}

// signals pairs the consent signals of tag managers with the purposes that
// must all run for them.
func signals(site *consent.Site) [][]string {
	table := []struct {
		names []string
		class consent.Class
	}{
		{[]string{"ad_storage", "ad_user_data", "ad_personalization"}, consent.Ads},
		{[]string{"analytics_storage"}, consent.Analytics},
		{[]string{"functionality_storage", "personalization_storage"}, consent.Functional},
	}
	var out [][]string
	for _, row := range table {
		var ids []string
		for _, p := range site.Purposes {
			if slices.Contains(p.Classes, row.class) {
				ids = append(ids, p.ID)
			}
		}
		if ids == nil {
			// No purpose has this name, so it is denied.
			ids = []string{"-"}
		}
		for _, name := range row.names {
			out = append(out, append([]string{name}, ids...))
		}
	}
	return out
}

// google writes the options of Consent Mode.
func google(in Input) string {
	site := &in.Edition.Site
	g := site.Features.Google
	if g == nil {
		return "{}"
	}
	set := []string{}
	if g.AdsDataRedaction {
		set = append(set, "ads_data_redaction")
	}
	if g.URLPassthrough {
		set = append(set, "url_passthrough")
	}
	var o object
	o.put("_set", set)
	o.put("_wait", g.WaitForUpdate)
	o.put("_regions", regions(site, in.Regional))
	return o.String()
}

// regions joins the places in which the same signals are granted before a
// choice, each as places and signals. A place in which none is granted is
// named too: it may lie within one in which some are.
func regions(site *consent.Site, regional []Regional) [][2][]string {
	out := [][2][]string{}
	for _, r := range regional {
		granted := unasked(site, r.Rules)
		same := slices.IndexFunc(out, func(x [2][]string) bool { return slices.Equal(x[1], granted) })
		if same < 0 {
			out = append(out, [2][]string{{r.Place}, granted})
		} else {
			out[same][0] = append(out[same][0], r.Place)
		}
	}
	return out
}

// unasked lists the signals whose purposes all run before a choice.
func unasked(site *consent.Site, rules []consent.Rule) []string {
	granted := []string{}
	for _, row := range signals(site) {
		waits := func(id string) bool {
			i := slices.IndexFunc(rules, func(r consent.Rule) bool { return r.ID == id })
			return i < 0 || (rules[i].Mode == consent.OptIn && !rules[i].Necessary)
		}
		if !slices.ContainsFunc(row[1:], waits) {
			granted = append(granted, row[0])
		}
	}
	return granted
}

// consentState writes the function that gives each consent signal its word,
// from the purposes that must all run for it.
func consentState(site *consent.Site) string {
	words := object{`security_storage:"granted"`}
	for _, row := range signals(site) {
		word := "word(" + literal(row[len(row)-1]) + ")"
		for _, id := range row[1 : len(row)-1] {
			word = "may(" + literal(id) + ")?" + word + ":\"denied\""
		}
		words = append(words, row[0]+":"+word)
	}
	return "may=>(word=>(" + words.String() + "))(id=>may(id)?\"granted\":\"denied\")"
}
