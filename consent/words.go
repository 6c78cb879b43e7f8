package consent

import "fmt"

// Class is a kind of processing that laws speak about. A purpose has one or
// more classes; the strictest of them counts.
type Class string

// The classes, in the order in which they are listed to people.
const (
	Necessary  Class = "necessary"
	Functional Class = "functional"
	Analytics  Class = "analytics"
	Ads        Class = "ads"
	SaleShare  Class = "sale_share"
	Sensitive  Class = "sensitive"
	Recording  Class = "recording"
)

// Classes lists every class that a site document may name.
func Classes() []Class {
	return []Class{Necessary, Functional, Analytics, Ads, SaleShare, Sensitive, Recording}
}

// Mode says what a regime asks before a purpose may run. Larger is laxer, so
// that the zero value is the strictest and the stricter of two is the smaller.
type Mode uint8

const (
	// OptIn lets a purpose run only after a grant.
	OptIn Mode = iota
	// OptOut lets a purpose run until the subject objects.
	OptOut
	// Notice lets a purpose run when it is described; an objection still stops it.
	Notice
)

// String returns the word used in JSON: opt-in, opt-out or notice.
func (m Mode) String() string {
	switch m {
	case OptOut:
		return "opt-out"
	case Notice:
		return "notice"
	default:
		return "opt-in"
	}
}

// MarshalText writes the word of String.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the words of String and refuses all others.
func (m *Mode) UnmarshalText(b []byte) error {
	switch string(b) {
	case "opt-in":
		*m = OptIn
	case "opt-out":
		*m = OptOut
	case "notice":
		*m = Notice
	default:
		return fmt.Errorf("mode %q is none of opt-in, opt-out, notice", b)
	}
	return nil
}

// Basis is the legal basis on which a site relies for a purpose.
type Basis string

// The legal bases of GDPR Art. 6(1) that a site may state for a purpose.
const (
	BasisConsent            Basis = "consent"
	BasisContract           Basis = "contract"
	BasisLegalObligation    Basis = "legal_obligation"
	BasisLegitimateInterest Basis = "legitimate_interest"
)

// Bases lists every basis that a site document may name.
func Bases() []Basis {
	return []Basis{BasisConsent, BasisContract, BasisLegalObligation, BasisLegitimateInterest}
}

// Action says what the visitor did to make a choice.
type Action string

// The actions that a consent write may carry.
const (
	AcceptAll Action = "accept_all"
	RejectAll Action = "reject_all"
	Save      Action = "save"
	Dismiss   Action = "dismiss"
	Withdraw  Action = "withdraw"
	Embed     Action = "embed"
	API       Action = "api"
	GPC       Action = "gpc"
)

// Actions lists every action that a consent write may carry.
func Actions() []Action {
	return []Action{AcceptAll, RejectAll, Save, Dismiss, Withdraw, Embed, API, GPC}
}

// Reason explains a decision; the words are part of the public contract.
type Reason string

// The reasons a decision may give.
const (
	ReasonNecessary      Reason = "necessary"
	ReasonGranted        Reason = "granted"
	ReasonDenied         Reason = "denied"
	ReasonNoRecord       Reason = "no-record"
	ReasonExpired        Reason = "expired"
	ReasonEditionChanged Reason = "edition-changed"
	ReasonGPC            Reason = "gpc"
	ReasonNotObjected    Reason = "not-objected"
	ReasonNotice         Reason = "notice"
	ReasonMinor          Reason = "minor"
	ReasonUnknownPurpose Reason = "unknown-purpose"
	ReasonUnknownSite    Reason = "unknown-site"
	ReasonBadToken       Reason = "bad-token"
	ReasonErased         Reason = "erased"
	ReasonUnavailable    Reason = "unavailable"
)
