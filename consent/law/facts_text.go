package law

import (
	"fmt"
	"strings"
)

// String writes the rule in words.
func (r *RecordingRule) String() string {
	s := "a single participant may record"
	if r.Parties == "all" {
		s = "all participants must agree or know"
	}
	s += " (" + r.Law + ", confidence " + r.Confidence + ")"
	if r.Note != "" {
		s += "; " + r.Note
	}
	return s
}

// Duties writes in words what the row itself asks beside modes and months,
// one sentence each; nothing is inherited.
func (r *Row) Duties() []string {
	var all []string
	add := func(on bool, format string, args ...any) {
		if on {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	for _, l := range r.Links {
		all = append(all, l.String())
	}
	if l := r.Languages; l != nil {
		words := strings.Join(l.Codes, ", ")
		if l.Rule != "" {
			words = strings.TrimPrefix(words+": "+l.Rule, ": ")
		}
		add(l.Required, "the notice must be in %s", words)
		add(!l.Required, "expected languages: %s", words)
	}
	for _, a := range r.Alike {
		add(a == "withdrawal", "withdrawing is as easy as granting")
		add(a != "withdrawal", "refusing and granting are alike in %s", a)
	}
	add(r.Placement == notBottomBar, "a mere bar at the bottom is not enough")
	add(r.CookieWall == wallBanned, "the site must be usable without a choice")
	add(r.CloseRequired != nil && *r.CloseRequired, "the first layer has a control that closes it")
	add(len(r.Disclose) > 0, "the notice says %s", disclosed(r.Disclose))
	add(r.StatusShown, "an honoured opt-out is shown")
	add(r.BrowserSignal, "browsers must offer the signal")
	add(r.HealthConsent, "consumer health data waits for a consent of its own")
	all = append(all, r.optOutDuties()...)
	if c := r.Clocks; c != nil {
		add(c.OptOutBusinessDays > 0, "an objection takes effect within %d business days", c.OptOutBusinessDays)
		add(c.AnswerDays > 0, "a request about one's data is answered within %d days", c.AnswerDays)
		add(c.RefreshMonths > 0, "a consent is asked again after %d months without interaction", c.RefreshMonths)
		add(c.TrackerMonths > 0, "trackers of exempt statistics live at most %d months", c.TrackerMonths)
		add(c.DataMonths > 0, "data of exempt statistics are kept at most %d months", c.DataMonths)
	}
	if p := r.Proof; p != nil {
		words := "proof must be kept"
		if !p.Required {
			words = "keeping proof is recommended"
		}
		if p.What != "" {
			words += ": " + p.What
		}
		if p.KeepMonths > 0 {
			words += fmt.Sprintf(", for %d months", p.KeepMonths)
		}
		all = append(all, words)
	}
	for _, m := range r.Minors {
		all = append(all, m.String())
	}
	return all
}

// disclosed writes in words what a notice must list.
func disclosed(keys []string) string {
	words := map[string]string{
		"controllers": "who is responsible", "controller-contact": "how the controller is reached", "recipients": "who receives data",
		"sale-recipients": "to whom data is sold", "data": "which data is used", "purposes": "why it is used", "how-to-refuse": "how to refuse",
	}
	out := make([]string, len(keys))
	for i, k := range keys {
		if out[i] = k; words[k] != "" {
			out[i] = words[k]
		}
	}
	return strings.Join(out, ", ")
}

func (r *Row) optOutDuties() []string {
	var all []string
	if o := r.OptOut; o != nil {
		all = append(all, "the visitor can object to: "+strings.Join(o.Of, ", "))
		if o.NoVerification || o.NoAccount {
			all = append(all, "an objection asks for no verification and no account")
		}
		if o.AtOnceOnline {
			all = append(all, "an objection made online works at once")
		}
	}
	if s := r.SensitiveRule; s != nil && s.Sale != "" {
		all = append(all, "the sale of sensitive data is "+s.Sale)
	}
	return all
}

// String writes the link in words.
func (l Link) String() string {
	s := "a link \"" + l.Label + "\""
	for _, a := range l.Alternatives {
		s += " or \"" + a + "\""
	}
	if l.Where != "" {
		s += " in the " + l.Where
	}
	if l.Icon {
		s += " with the official icon"
	}
	if len(l.InsteadOf) > 0 {
		s += " may replace the links above"
	}
	if l.When != "" {
		s += ", when " + l.When
	}
	return s
}

// String writes the rule in words.
func (m Minor) String() string {
	s := fmt.Sprintf("below %d", m.Below)
	if m.From > 0 {
		s = fmt.Sprintf("from %d to below %d", m.From, m.Below)
	}
	s += " years "
	if m.Part {
		s += "and for some uses "
	}
	switch {
	case m.Ads != "" && m.ConsentBy != "":
		return s + "ads are " + m.Ads + ", and the " + m.ConsentBy + " consents"
	case m.Ads != "":
		return s + "ads are " + m.Ads
	case m.ConsentBy != "":
		return s + "the " + m.ConsentBy + " consents"
	default:
		return s + "the visitor is a minor"
	}
}
