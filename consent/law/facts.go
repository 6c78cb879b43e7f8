package law

import "github.com/leadiumx/consent/consent"

// SensitiveRule is what a statute asks for sensitive data.
type SensitiveRule struct {
	// Asks is opt-in, opt-out or limit.
	Asks string `json:"asks"`
	// Sale is banned where sensitive data may not be sold at all.
	Sale string `json:"sale,omitempty"`
}

// RecordingRule is what a statute asks for the recording of talks.
type RecordingRule struct {
	// Parties is all where everybody must agree or know, and one where a
	// single participant is enough.
	Parties    string `json:"parties"`
	Law        string `json:"law"`
	Confidence string `json:"confidence"`
	Note       string `json:"note,omitempty"`
}

// OptOut is how a visitor objects.
type OptOut struct {
	// Of names what can be objected to: sale, sharing, targeted-advertising.
	Of []string `json:"of,omitempty"`
	// NoVerification and NoAccount say what an objection must not ask for,
	// AtOnceOnline that it works at once where it is made online.
	NoVerification bool `json:"no_verification,omitempty"`
	NoAccount      bool `json:"no_account,omitempty"`
	AtOnceOnline   bool `json:"at_once_online,omitempty"`
}

// Clocks are the terms within which something must happen.
type Clocks struct {
	// OptOutBusinessDays is the latest day on which an objection takes effect.
	OptOutBusinessDays int `json:"opt_out_business_days,omitempty"`
	// AnswerDays is by when somebody who asks about their data gets an answer.
	AnswerDays int `json:"answer_days,omitempty"`
	// RefreshMonths is when a consent is asked again without any interaction.
	RefreshMonths int `json:"refresh_months,omitempty"`
	// TrackerMonths and DataMonths limit the trackers and the data of exempt
	// audience measurement.
	TrackerMonths int `json:"tracker_months,omitempty"`
	DataMonths    int `json:"data_months,omitempty"`
}

// Proof is what must be kept of a choice; Required is false where keeping it
// is only recommended. KeepMonths is 0 where no law says for how long.
type Proof struct {
	Required   bool   `json:"required"`
	What       string `json:"what,omitempty"`
	KeepMonths int    `json:"keep_months,omitempty"`
}

// Minor is one rule about minors: those from From (0 without bound) and below
// Below years.
type Minor struct {
	From  int `json:"from,omitempty"`
	Below int `json:"below"`
	// Ads is opt-in or banned; empty where the rule is not about ads.
	Ads string `json:"ads,omitempty"`
	// ConsentBy is parent or guardian; empty where the minor answers.
	ConsentBy string `json:"consent_by,omitempty"`
	// Part says that the rule holds for some uses only, named in the notes.
	Part bool `json:"part,omitempty"`
}

// Languages are those that a notice is expected in, as BCP 47 tags; Required
// says that the law itself asks for all of them.
type Languages struct {
	Codes    []string `json:"codes,omitempty"`
	Required bool     `json:"required,omitempty"`
	Rule     string   `json:"rule,omitempty"`
}

// Link is a link that a page must show.
type Link struct {
	// Key is the key of the link's words, Label the wording that the law asks
	// for, and Alternatives are others that it accepts.
	Key          string   `json:"key"`
	Label        string   `json:"label"`
	Alternatives []string `json:"alternatives,omitempty"`
	// When says under which condition the link is needed; empty means always.
	When string `json:"when,omitempty"`
	// Where is footer where the law says so, and notice for a link that stands
	// in the banner beside the policy; empty means on every page.
	Where string `json:"where,omitempty"`
	// Icon says that the official icon stands beside the words.
	Icon bool `json:"icon,omitempty"`
	// Classes are those of which the site must have a purpose for the link to
	// be needed; none means always.
	Classes []consent.Class `json:"classes,omitempty"`
	// InsteadOf names the keys of the links that this one replaces.
	InsteadOf []string `json:"instead_of,omitempty"`
}
