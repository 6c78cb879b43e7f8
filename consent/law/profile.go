package law

import (
	"maps"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// The fields of an explanation; the keys of Regime.Why.
const (
	fieldAnalytics = "analytics"
	fieldAds       = "ads"
	fieldSaleShare = "sale_share"
	fieldSensitive = "sensitive"
	fieldRecording = "recording"
	fieldGPC       = "gpc"
	fieldReject    = "reject_first_layer"
	fieldParity    = "parity"
	fieldClose     = "close_means"
	fieldConsent   = "consent_months"
	fieldReask     = "reask_months"
	fieldMinor     = "minor_age"
)

// profile is a row with everything filled in that it inherits.
type profile struct {
	id            string
	code          string
	terms         consent.Terms
	closeRequired bool
	why           map[string]string
}

// newProfile fills in a row. chain is the row, its parents and the world row,
// the most specific first.
func newProfile(chain []*Row) *profile {
	p := &profile{id: strings.ToLower(chain[0].Code), code: chain[0].Code, why: map[string]string{}}
	t := &p.terms
	t.Regime = p.id
	p.analytics(chain)
	mode := func(field string, into *consent.Mode, of func(*Row) *consent.Mode) {
		for _, r := range chain {
			if m := of(r); m != nil {
				*into, p.why[field] = *m, r.Code
				return
			}
		}
	}
	flag := func(field string, chain []*Row, into *bool, of func(*Row) *bool) {
		for _, r := range chain {
			if b := of(r); b != nil {
				*into, p.why[field] = *b, r.Code
				return
			}
		}
	}
	mode(fieldAds, &t.Modes.Ads, func(r *Row) *consent.Mode { return r.Ads })
	mode(fieldSaleShare, &t.Modes.SaleShare, func(r *Row) *consent.Mode {
		if r.SaleShare == nil {
			return r.Ads
		}
		return r.SaleShare
	})
	mode(fieldSensitive, &t.Modes.Sensitive, func(r *Row) *consent.Mode { return r.Sensitive })
	mode(fieldRecording, &t.Modes.Recording, func(r *Row) *consent.Mode { return r.Recording })
	flag(fieldGPC, chain, &t.GPC, func(r *Row) *bool { return r.GPC })
	flag(fieldParity, chain, &t.Parity, func(r *Row) *bool { return r.Parity })
	p.rejectFirstLayer(chain)
	for _, r := range chain {
		if r.CloseRequired != nil {
			p.closeRequired = *r.CloseRequired
			break
		}
	}
	p.numbers(chain)
	return p
}

func (p *profile) analytics(chain []*Row) {
	for _, r := range chain {
		a := r.Analytics
		if a.Mode == nil {
			continue
		}
		t := &p.terms
		t.Modes.Analytics, t.AnalyticsOwn, t.AnalyticsOther = *a.Mode, *a.Mode, *a.Mode
		if a.Own != nil {
			t.AnalyticsOwn = *a.Own
		}
		if a.Other != nil {
			t.AnalyticsOther = *a.Other
		}
		p.why[fieldAnalytics] = r.Code
		if a.Exemption != "" {
			p.why[fieldAnalytics] += ": " + a.Exemption
		}
		return
	}
}

// rejectFirstLayer derives what no law states: whoever must be as easy to
// refuse as to accept, or must wait for a grant, needs the refusal up front.
// The world row's own statement is for the unknown place only.
func (p *profile) rejectFirstLayer(chain []*Row) {
	t := &p.terms
	for i, r := range chain {
		if r.RejectFirstLayer != nil && (i == 0 || r.Code != World) {
			t.RejectFirstLayer, p.why[fieldReject] = *r.RejectFirstLayer, r.Code
			return
		}
	}
	switch {
	case t.Parity:
		t.RejectFirstLayer, p.why[fieldReject] = true, p.why[fieldParity]
	case t.Modes.Analytics == consent.OptIn:
		t.RejectFirstLayer, p.why[fieldReject] = true, p.why[fieldAnalytics]
	case t.Modes.Ads == consent.OptIn:
		t.RejectFirstLayer, p.why[fieldReject] = true, p.why[fieldAds]
	default:
		p.why[fieldReject] = p.why[fieldParity]
	}
}

func (p *profile) numbers(chain []*Row) {
	t := &p.terms
	for _, r := range chain {
		if r.CloseMeans != "" {
			t.CloseRefuses, p.why[fieldClose] = r.CloseMeans == closeRefusal, r.Code
			break
		}
	}
	for _, r := range chain {
		if r.ConsentMonths == 0 && r.ReaskMonths == 0 {
			continue
		}
		t.ConsentMonths, t.ReaskMonths = r.ConsentMonths, r.ReaskMonths
		if t.ConsentMonths == 0 {
			t.ConsentMonths = r.ReaskMonths
		}
		if t.ReaskMonths == 0 {
			t.ReaskMonths = r.ConsentMonths
		}
		p.why[fieldConsent], p.why[fieldReask] = r.Code, r.Code
		break
	}
	for _, r := range chain {
		if r.MinorAge != 0 {
			t.MinorAge, p.why[fieldMinor] = r.MinorAge, r.Code
			break
		}
	}
}

// renamed is a copy of the profile under another id.
func (p *profile) renamed(id string) *profile {
	c := *p
	c.id, c.code, c.terms.Regime = id, id, id
	c.why = maps.Clone(p.why)
	return &c
}
