package law

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/leadiumx/consent/consent"
)

var (
	languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][A-Za-z]+)?$`)
	factKey     = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	linkKey     = regexp.MustCompile(`^link(\.[a-z_]+)+$`)
)

// faults finds facts beside modes and months that cannot be.
func (r *Row) faults() []string {
	var found []string
	add := func(bad bool, format string, args ...any) {
		if bad {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	confidences := []string{"H", "M-H", "M", "L-M", "L"}
	if s := r.SensitiveRule; s != nil {
		add(!slices.Contains([]string{"opt-in", "opt-out", "limit"}, s.Asks), "the rule for sensitive data asks %q", s.Asks)
		add(s.Sale != "" && s.Sale != "banned", "the sale of sensitive data is %q", s.Sale)
	}
	if x := r.RecordingRule; x != nil {
		add(x.Parties != "all" && x.Parties != "one", "recording asks %q parties", x.Parties)
		add(x.Law == "", "the rule for recording cites no law")
		add(!slices.Contains(confidences, x.Confidence), "the rule for recording has the confidence %q", x.Confidence)
		add(r.Recording == nil, "there is a rule for recording and no mode")
	}
	if p := r.Proof; p != nil {
		add(p.KeepMonths < 0, "proof is kept for %d months", p.KeepMonths)
	}
	if c := r.Clocks; c != nil {
		add(min(c.OptOutBusinessDays, c.AnswerDays, c.RefreshMonths, c.TrackerMonths, c.DataMonths) < 0, "a clock is negative")
	}
	for _, m := range r.Minors {
		add(m.Below <= m.From || m.Below > 21, "a rule about minors from %d to %d years", m.From, m.Below)
		add(!slices.Contains([]string{"", "opt-in", "banned"}, m.Ads), "ads to minors are %q", m.Ads)
		add(!slices.Contains([]string{"", "parent", "guardian"}, m.ConsentBy), "%q consents for minors", m.ConsentBy)
		add(!m.Part && r.MinorAge > 0 && m.Below > r.MinorAge, "a rule for those below %d, while minors are those below %d", m.Below, r.MinorAge)
	}
	if l := r.Languages; l != nil {
		add(l.Required && len(l.Codes) == 0, "languages are required and none is named")
		for _, c := range l.Codes {
			add(!languageTag.MatchString(c), "the language %q is no tag", c)
		}
	}
	keys := map[string]bool{}
	for _, l := range r.Links {
		add(!linkKey.MatchString(l.Key) || keys[l.Key], "the link key %q is malformed or twice there", l.Key)
		add(!slices.Contains([]string{"", "footer", "notice"}, l.Where), "the link %s stands %q", l.Key, l.Where)
		add(l.Label == "", "the link %s has no label", l.Key)
		for _, c := range l.Classes {
			add(!slices.Contains(consent.Classes(), c), "the link %s is for the class %q", l.Key, c)
		}
		for _, k := range l.InsteadOf {
			add(!keys[k], "the link %s replaces %q, which does not stand before it", l.Key, k)
		}
		keys[l.Key] = true
	}
	for _, k := range slices.Concat(r.Alike, r.Disclose) {
		add(!factKey.MatchString(k), "the word %q is malformed", k)
	}
	for _, f := range r.Conservative {
		add(!slices.Contains(fields(), f), "the conservative field %q does not exist", f)
	}
	if o := r.OptOut; o != nil {
		for _, w := range o.Of {
			add(!slices.Contains([]string{"sale", "sharing", "targeted-advertising"}, w), "visitors object to %q", w)
		}
	}
	return found
}
