package law

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/leadiumx/consent/consent"
)

// String writes the explanation as a person would want to read it.
func (x Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "A visitor in %s on %s", inWords(x.Place), x.At)
	if x.Establishment != "" {
		fmt.Fprintf(&b, ", a publisher established in %s", inWords(x.Establishment))
	}
	b.WriteString(".\n")
	for _, s := range x.told.found {
		fmt.Fprintln(&b, s)
	}
	if strings.Contains(x.Regime, "+") {
		b.WriteString("Both laws bind; of each value the stricter one counts.\n")
	} else if x.Establishment != "" {
		b.WriteString("The publisher's law makes nothing stricter.\n")
	}
	fmt.Fprintf(&b, "Regime: %s\n\nIn short:\n", x.Regime)
	for _, s := range x.inShort() {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	b.WriteString("\nField by field, with the law that decided:\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range fields() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", title(f), x.value(f), x.because(f))
	}
	_ = w.Flush()
	for i, s := range x.told.duties {
		if i == 0 {
			b.WriteString("\nThe visitor's law also asks:\n")
		}
		fmt.Fprintf(&b, "  %s\n", s)
	}
	if x.told.next != "" {
		fmt.Fprintf(&b, "\nThe next change that is known comes on %s.\n", x.told.next)
	}
	b.WriteString("\nThe rows behind this:\n")
	for _, r := range x.told.rows {
		fmt.Fprintf(&b, "  %s, %s: %s\n", r.Code, r.Name, r.Law)
		fmt.Fprintf(&b, "    %s; confidence %s, checked %s\n", during(r), r.Confidence, r.Checked)
		fmt.Fprintf(&b, "    source: %s\n", strings.Join(r.Source, "; "))
		if r.Notes != "" {
			fmt.Fprintf(&b, "    note: %s\n", r.Notes)
		}
	}
	return b.String()
}

func inWords(place string) string {
	if place == World {
		return "a place that is not known"
	}
	return place
}

// title is a field in words.
func title(field string) string {
	switch field {
	case fieldAnalytics:
		return "Analytics"
	case fieldAds:
		return "Ads"
	case fieldSaleShare:
		return "Sale or sharing"
	case fieldSensitive:
		return "Sensitive data"
	case fieldRecording:
		return "Recording"
	case fieldGPC:
		return "Privacy signal (GPC)"
	case fieldReject:
		return "Refusal on the first layer"
	case fieldParity:
		return "Refusing"
	case fieldClose:
		return "Closing the banner"
	case fieldConsent:
		return "A grant holds for"
	case fieldReask:
		return "A refusal rests for"
	default:
		return "Minors are those"
	}
}

// value says what a field comes to.
func (x *Explanation) value(field string) string {
	t := &x.told.terms
	switch field {
	case fieldAnalytics:
		s := asks(t.Modes.Analytics)
		if t.AnalyticsOwn != t.Modes.Analytics {
			s += "; own audience: " + t.AnalyticsOwn.String()
		}
		if t.AnalyticsOther != t.Modes.Analytics {
			s += "; other: " + t.AnalyticsOther.String()
		}
		return s
	case fieldAds:
		return asks(t.Modes.Ads)
	case fieldSaleShare:
		return asks(t.Modes.SaleShare)
	case fieldSensitive:
		return asks(t.Modes.Sensitive)
	case fieldRecording:
		return asks(t.Modes.Recording)
	case fieldGPC:
		return either(t.GPC, "honouring it is a duty", "honoured, though no duty")
	case fieldReject:
		return either(t.RejectFirstLayer, "must be there", "not asked for")
	case fieldParity:
		return either(t.Parity, "as easy as granting", either(x.recommended(), "should be as easy as granting", "need not be as easy as granting"))
	case fieldClose:
		return either(t.CloseRefuses, "refuses", "keeps the default, grants nothing")
	case fieldConsent:
		return fmt.Sprintf("%d months", t.ConsentMonths)
	case fieldReask:
		return fmt.Sprintf("%d months", t.ReaskMonths)
	default:
		return fmt.Sprintf("below %d", t.MinorAge)
	}
}

// inShort says in a few sentences what a visitor may expect.
func (x *Explanation) inShort() []string {
	t := &x.told.terms
	var lines []string
	for _, m := range []struct {
		mode  consent.Mode
		words string
	}{{consent.OptIn, "Waits for a yes: "}, {consent.OptOut, "Runs until an objection: "}, {consent.Notice, "Runs, and the visitor is told: "}} {
		var fields []string
		for _, f := range []struct {
			mode consent.Mode
			name string
		}{
			{t.Modes.Analytics, "analytics"}, {t.Modes.Ads, "ads"}, {t.Modes.SaleShare, "sale or sharing"},
			{t.Modes.Sensitive, "sensitive data"}, {t.Modes.Recording, "recording"},
		} {
			if f.mode == m.mode {
				fields = append(fields, f.name)
			}
		}
		if len(fields) > 0 {
			lines = append(lines, m.words+strings.Join(fields, ", ")+".")
		}
	}
	if t.AnalyticsOwn != t.Modes.Analytics {
		_, does, _ := strings.Cut(asks(t.AnalyticsOwn), ": ")
		lines = append(lines, "A purpose that serves the site's own statistics and nothing else "+does+".")
	}
	return append(lines, fmt.Sprintf("A yes holds for %d months; after a no nobody is asked again for %d.", t.ConsentMonths, t.ReaskMonths))
}

// recommended says that the law that decided about parity recommends it.
func (x *Explanation) recommended() bool {
	code, _, _ := strings.Cut(x.Why[fieldParity], ": ")
	for _, r := range x.told.rows {
		if r.Code == code {
			return r.ParityRecommended
		}
	}
	return false
}

// asks says what a mode means for the visitor.
func asks(m consent.Mode) string {
	switch m {
	case consent.Notice:
		return "notice: runs, the visitor is told"
	case consent.OptOut:
		return "opt-out: runs until an objection"
	default:
		return "opt-in: waits for a yes"
	}
}

func either(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// because names the row that decided a field, and its exemption.
func (x *Explanation) because(field string) string {
	code, exemption, _ := strings.Cut(x.Why[field], ": ")
	s := code
	for _, r := range x.told.rows {
		if r.Code != code {
			continue
		}
		s = r.Name + " (" + code + ")"
		if code == World {
			s = "no row says otherwise, so the strict default"
			if x.Regime == World {
				s = "the strict default"
			}
		}
		break
	}
	if exemption != "" {
		s += ": " + exemption
	}
	for _, r := range x.told.rows {
		if field == fieldRecording && r.Code == code && r.RecordingRule != nil {
			s += ": " + r.RecordingRule.String()
		}
	}
	return s
}

func during(r *Row) string {
	switch {
	case r.ValidFrom != "" && r.ValidTo != "":
		return "from " + r.ValidFrom + " until " + r.ValidTo
	case r.ValidFrom != "":
		return "from " + r.ValidFrom + " on"
	case r.ValidTo != "":
		return "until " + r.ValidTo
	default:
		return "in force, no dates given"
	}
}
