package law

import (
	"maps"
	"slices"
	"strings"
	"sync"

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

// fields lists the fields in the order in which they are read.
func fields() []string {
	return []string{
		fieldAnalytics, fieldAds, fieldSaleShare, fieldSensitive, fieldRecording, fieldGPC,
		fieldReject, fieldParity, fieldClose, fieldConsent, fieldReask, fieldMinor,
	}
}

// profile is a row with everything filled in that it inherits.
type profile struct {
	id    string
	code  string
	name  string
	terms consent.Terms
	// closeRequired and duties are shown, not decided on.
	closeRequired bool
	duties        Duties
	why           map[string]string
	// rows are the row and its parents; the world row is left out unless it
	// is the only one.
	rows []*Row
	// behind names the rows.
	behind []string
	// joins keeps what the profile and a publisher's came to, by the latter; its
	// own stands under itself.
	joins *sync.Map
}

// newProfile fills in a row. chain is the row, its parents and the world row,
// the most specific first.
func newProfile(chain []*Row) *profile {
	p := &profile{id: strings.ToLower(chain[0].Code), code: chain[0].Code, name: chain[0].Name, why: map[string]string{}, joins: &sync.Map{}}
	p.rows = chain[:max(1, len(chain)-1)]
	for _, r := range p.rows {
		if !slices.Contains(p.behind, r.named) {
			p.behind = append(p.behind, r.named)
		}
	}
	p.duties = dutiesOf(p.rows)
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
	p.months(chain)
	for _, r := range chain {
		if r.MinorAge != 0 {
			t.MinorAge, p.why[fieldMinor] = r.MinorAge, r.Code
			break
		}
	}
}

// months looks for each life on its own, since a member states only what
// differs from its group. The world row speaks last.
func (p *profile) months(chain []*Row) {
	find := func(of func(*Row) int) (months int, code string) {
		for _, r := range chain {
			if n := of(r); n != 0 {
				return n, r.Code
			}
		}
		return 0, ""
	}
	t := &p.terms
	t.ConsentMonths, p.why[fieldConsent] = find(func(r *Row) int { return r.ConsentMonths })
	t.ReaskMonths, p.why[fieldReask] = find(func(r *Row) int { return r.ReaskMonths })
}

// renamed is a copy of the profile under another id.
func (p *profile) renamed(id string) *profile {
	c := *p
	c.id, c.code, c.terms.Regime = id, id, id
	c.why, c.joins = maps.Clone(p.why), &sync.Map{}
	return &c
}
