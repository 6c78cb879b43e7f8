package law

import "cmp"

// Duties is what a law asks of a page beyond what a decision needs. The words
// that a page must show protect its visitors, so they are those of the
// visitor's law; how the banner stands is the stricter of both laws.
type Duties struct {
	// Placement is not-bottom-bar where a mere bar at the bottom is not enough.
	Placement string
	// CookieWallBanned says that a law names the site's use without a choice
	// as a right.
	CookieWallBanned bool
	// Links must stand on every page.
	Links []Link
	// Languages are those of the visitor's law, nil where it is silent.
	Languages *Languages
	// Disclose names what the notice must list.
	Disclose []string
	// StatusShown says that an honoured opt-out must be visible.
	StatusShown bool
	// AnswerDays is by when a request about one's data is answered,
	// OptOutBusinessDays by when an objection takes effect; 0 where the law
	// names no time.
	AnswerDays         int
	OptOutBusinessDays int
	// ProofMonths is how long proof of a choice must be kept, 0 where no law
	// says for how long.
	ProofMonths int
	// HealthConsent says that consumer health data waits for its own consent.
	HealthConsent bool
}

// dutiesOf takes each duty from the first row that states it.
func dutiesOf(rows []*Row) Duties {
	var d Duties
	for _, r := range rows {
		if d.Placement == "" {
			d.Placement = r.Placement
		}
		if d.Links == nil {
			d.Links = r.Links
		}
		if d.Languages == nil {
			d.Languages = r.Languages
		}
		if d.Disclose == nil {
			d.Disclose = r.Disclose
		}
		if c := r.Clocks; c != nil {
			d.AnswerDays = cmp.Or(d.AnswerDays, c.AnswerDays)
			d.OptOutBusinessDays = cmp.Or(d.OptOutBusinessDays, c.OptOutBusinessDays)
		}
		if r.Proof != nil {
			d.ProofMonths = cmp.Or(d.ProofMonths, r.Proof.KeepMonths)
		}
		d.CookieWallBanned = d.CookieWallBanned || r.CookieWall == wallBanned
		d.StatusShown = d.StatusShown || r.StatusShown
		d.HealthConsent = d.HealthConsent || r.HealthConsent
	}
	return d
}
