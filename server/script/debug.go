package script

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

// debugInfo is what the debug panel shows of a visit; snippet/src/debug/info.d.ts
// is its twin.
type debugInfo struct {
	Site          string         `json:"site"`
	Edition       int            `json:"edition"`
	Regime        string         `json:"regime"`
	Locale        string         `json:"locale"`
	Place         string         `json:"place"`
	Source        string         `json:"source"`
	Establishment string         `json:"establishment"`
	Laws          []debugLaw     `json:"laws"`
	Purposes      []debugPurpose `json:"purposes"`
	Cookies       []debugCookie  `json:"cookies"`
	Features      []string       `json:"features"`
}

// debugLaw is a field of the regime with the row that decided it.
type debugLaw struct {
	Field string `json:"field"`
	Value string `json:"value"`
	Row   string `json:"row"`
}

type debugPurpose struct {
	ID      string          `json:"id"`
	Title   string          `json:"title"`
	Classes []consent.Class `json:"classes"`
	Mode    string          `json:"mode"`
}

type debugCookie struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Purpose  string `json:"purpose"`
	Vendor   string `json:"vendor,omitempty"`
	Lifetime string `json:"lifetime,omitempty"`
}

// Debug returns the script that shows a visit in the debug panel; source says
// where its place came from. Errors: UnknownSite.
func (d *Desk) Debug(ask Ask, source string) ([]byte, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		return nil, err
	}
	n := d.notice(e, ask.Place, d.locale(e, ask))
	info := debugInfo{
		Site: e.Site.ID, Edition: e.Number, Regime: n.Regime.ID, Locale: n.Locale, Place: ask.Place.String(), Source: source,
		Establishment: e.Site.Establishment, Purposes: []debugPurpose{}, Cookies: []debugCookie{},
	}
	if info.Source == "" {
		info.Source = "nothing"
	}
	if info.Laws, err = d.debugLaws(ask.Place, e.Site.Establishment); err != nil {
		return nil, err
	}
	for i, p := range e.Site.Purposes {
		info.Purposes = append(info.Purposes, debugPurpose{ID: p.ID, Title: n.Words["purpose."+p.ID+".title"], Classes: p.Classes, Mode: n.Rules[i].Mode.String()})
	}
	for _, c := range e.Site.Cookies {
		info.Cookies = append(info.Cookies, debugCookie{Name: c.Name, Kind: c.Store(), Purpose: c.Purpose, Vendor: c.Vendor, Lifetime: c.Lifetime})
	}
	if info.Features, err = debugFeatures(e.Site.Features); err != nil {
		return nil, err
	}
	panel, err := d.assets.get("debug panel", bundle.DebugPanel)
	if err != nil {
		return nil, err
	}
	return panel.Shown(info), nil
}

// debugLaws lists what the regime asks, by the names of `law explain`.
func (d *Desk) debugLaws(place consent.Place, establishment string) ([]debugLaw, error) {
	x, err := d.o.Laws.Explain(place.String(), establishment, d.o.Clock())
	if err != nil {
		return nil, err
	}
	return []debugLaw{
		{"analytics", x.Modes.Analytics.String(), x.Why["analytics"]},
		{"ads", x.Modes.Ads.String(), x.Why["ads"]},
		{"sale_share", x.Modes.SaleShare.String(), x.Why["sale_share"]},
		{"sensitive", x.Modes.Sensitive.String(), x.Why["sensitive"]},
		{"recording", x.Modes.Recording.String(), x.Why["recording"]},
		{"gpc", fmt.Sprint(x.GPC), x.Why["gpc"]},
		{"reject_first_layer", fmt.Sprint(x.RejectFirstLayer), x.Why["reject_first_layer"]},
		{"parity", fmt.Sprint(x.Parity), x.Why["parity"]},
		{"close_means", x.CloseMeans, x.Why["close_means"]},
		{"consent_months", fmt.Sprint(x.ConsentMonths), x.Why["consent_months"]},
		{"reask_months", fmt.Sprint(x.ReaskMonths), x.Why["reask_months"]},
		{"minor_age", fmt.Sprint(x.MinorAge), x.Why["minor_age"]},
	}, nil
}

// debugFeatures names the features that are on, as the site document does.
func debugFeatures(f consent.Features) ([]string, error) {
	raw, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("list the features: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("list the features: %w", err)
	}
	names := []string{}
	for name, value := range all {
		if !slices.Contains([]string{"false", "null", "0"}, strings.TrimSpace(string(value))) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
