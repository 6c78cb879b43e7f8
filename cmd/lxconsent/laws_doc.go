package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

const lawsHead = `# The law table

This page is written by ` + "`make gen`" + ` from the rows in ` + "`consent/law/rows`" + `. It is data to be judged
by a lawyer, not legal advice: each row shows its source, how sure we are (H, M, L) and the day it was last checked.

How to read it: a value is the row's own or that of its parent (part, country, group, then the world row). A visit
falls under the law of the visitor's place together with that of the publisher's establishment, and of each value the
stricter one counts. A place that is not known has the strictest law; so has a country without a row. Where the
country is known and its part is not, the strictest part binds. Days are counted in UTC.

* **opt-in** waits for a yes, **opt-out** runs until an objection, **notice** runs and tells.
* "own" is analytics that serves the site's own statistics only; "°" marks a strict reading of a law that is not clear.
* GPC: whether honouring Global Privacy Control is a duty. It is honoured either way.
* Reject: a refusal on the first layer. Parity: it must be as easy as the grant ("r": only recommended).
* Close: what closing the banner means. It never grants.
* Months: how long a grant holds / how long a refusal rests before the visitor is asked again.
* Minors: visitors below this age are minors.
`

// writeLaws writes the reference page of the law table.
func writeLaws(w io.Writer, t *law.Table) error {
	var b strings.Builder
	b.WriteString(lawsHead)
	rows := t.Rows()
	region := ""
	for i := range rows {
		r := &rows[i]
		if r.Region != region {
			closeRegion(&b, rows, region)
			region = r.Region
			fmt.Fprintf(&b, "\n## %s\n\n", regionTitle(r))
			b.WriteString("| Code | Place | Since | Until | Analytics | Ads | Sale, sharing | Sensitive | Recording | GPC | Reject | Parity | Close | Months | Minors | Conf. | Source |\n")
			b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
		}
		if err := lawLine(&b, t, r); err != nil {
			return err
		}
	}
	closeRegion(&b, rows, region)
	_, err := io.WriteString(w, b.String())
	return err
}

func lawLine(b *strings.Builder, t *law.Table, r *law.Row) error {
	at, err := inForce(r)
	if err != nil {
		return err
	}
	regime, ok := t.ByID(strings.ToLower(r.Code), at)
	if !ok {
		return consent.Fail(consent.Invalid, "the law row "+r.Code+" is not in force on "+at.Format(time.DateOnly), "correct the dates of the row")
	}
	x := regime.Terms
	analytics := strict(r, "analytics", x.Modes.Analytics.String())
	if x.AnalyticsOwn != x.Modes.Analytics {
		analytics += "; own " + x.AnalyticsOwn.String()
	}
	if x.AnalyticsOther != x.Modes.Analytics {
		analytics += "; other " + x.AnalyticsOther.String()
	}
	parity := mark(x.Parity)
	if r.ParityRecommended {
		parity = "r"
	}
	closing := "keeps default"
	if x.CloseRefuses {
		closing = "refuses"
	}
	cells := []string{
		r.Code, r.Name, r.ValidFrom, r.ValidTo, analytics, strict(r, "ads", x.Modes.Ads.String()), x.Modes.SaleShare.String(),
		x.Modes.Sensitive.String(), x.Modes.Recording.String(), strict(r, "gpc", mark(x.GPC)), mark(x.RejectFirstLayer), parity, closing,
		fmt.Sprintf("%d/%d", x.ConsentMonths, x.ReaskMonths), fmt.Sprintf("<%d", x.MinorAge), r.Confidence, strings.Join(r.Source, "; "),
	}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", "\\|")
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	return nil
}

// closeRegion lists what the columns of a region do not say.
func closeRegion(b *strings.Builder, rows []law.Row, region string) {
	if region == "" {
		return
	}
	b.WriteString("\nWhat else the rows say:\n\n")
	for i := range rows {
		r := &rows[i]
		if r.Region != region {
			continue
		}
		head := "**" + r.Code + "**"
		if r.ValidFrom != "" {
			head += " since " + r.ValidFrom
		}
		parts := []string{r.Law}
		if r.Code != law.World && len(r.Members) > 0 {
			parts = append(parts, "holds in "+strings.Join(r.Members, ", "))
		}
		if r.Analytics.Exemption != "" {
			parts = append(parts, "analytics: "+r.Analytics.Exemption)
		}
		if r.RecordingRule != nil {
			parts = append(parts, "recording: "+r.RecordingRule.String())
		}
		parts = append(parts, r.Duties()...)
		if r.Notes != "" {
			parts = append(parts, "note: "+r.Notes)
		}
		fmt.Fprintf(b, "* %s: %s. Checked %s.\n", head, strings.Join(parts, "; "), r.Checked)
	}
}

// inForce returns a day on which the row holds.
func inForce(r *law.Row) (time.Time, error) {
	switch {
	case r.ValidFrom != "":
		return time.Parse(time.DateOnly, r.ValidFrom)
	case r.ValidTo != "":
		t, err := time.Parse(time.DateOnly, r.ValidTo)
		return t.AddDate(0, 0, -1), err
	default:
		return time.Parse(time.DateOnly, r.Checked)
	}
}

// regionTitle names a region by its file, or by its first row where the file
// is named after that.
func regionTitle(first *law.Row) string {
	if strings.EqualFold(first.Code, first.Region) {
		return first.Name
	}
	words := strings.Split(first.Region, "-")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

func strict(r *law.Row, field, value string) string {
	for _, f := range r.Conservative {
		if f == field {
			return value + "°"
		}
	}
	return value
}

func mark(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
