package publish

import (
	"fmt"
	"time"

	"github.com/leadiumx/consent/consent"
)

// Check reports every fault of a site document as one Invalid error.
func (d *Desk) Check(site consent.Site) error {
	found := append(site.Validate(d.o.Locales), d.beyond(&site)...)
	if len(found) == 0 {
		return nil
	}
	return &consent.Error{
		Code:  consent.Invalid,
		Cause: fmt.Sprintf("faults in the site document: %d, the first at %s: %s", len(found), found[0].Path, found[0].Message),
		Fix:   found[0].Fix, Findings: found,
	}
}

// Findings returns what a site document that is live from a time on breaks of the
// banner rules: an error keeps it from being published, a warning explains. A time
// that is past means now.
func (d *Desk) Findings(site consent.Site, from time.Time) []consent.Finding {
	site = d.normal(site)
	if d.Check(site) != nil {
		return nil
	}
	return d.o.Lint(&site, How{EffectiveAt: from}.effective(d.o.Clock()))
}

// lawful refuses a document that breaks a rule on which publishing depends, by the
// law of the time from which it is live.
func (d *Desk) lawful(site *consent.Site, from time.Time) error {
	found := consent.Errors(d.o.Lint(site, from))
	if len(found) == 0 {
		return nil
	}
	return &consent.Error{
		Code:  consent.Invalid,
		Cause: fmt.Sprintf("broken banner rules: %d, the first %s at %s: %s", len(found), found[0].Rule, found[0].Path, found[0].Message),
		Fix:   found[0].Fix, Findings: found,
	}
}

// beyond finds what only the law table and the built-in words can tell.
func (d *Desk) beyond(site *consent.Site) (found []consent.Finding) {
	if p, ok := consent.ParsePlace(site.Establishment); ok && p.Known() && !d.o.Assigned(p) {
		found = append(found, consent.Finding{
			Severity: consent.SeverityError, Path: "establishment", Message: fmt.Sprintf("the code %q is not assigned to any place", p),
			Fix: "write the publisher's country, with its state where it has one, for example US-FL",
		})
	}
	words, ok := d.o.Words("en")
	if !ok {
		return found
	}
	for locale, texts := range site.Texts {
		for key := range texts {
			if _, built := words[key]; !built && !ownKey(site, key) {
				found = append(found, consent.Finding{
					Severity: consent.SeverityError, Path: "texts." + locale + "." + clip(key), Message: "no part of the banner has this key",
					Fix: "use a key of `/v1/words`, or purpose.ID.title, purpose.ID.description or level.ID.LEVEL of one of the site's purposes",
				})
			}
		}
	}
	return found
}

// ownKey reports whether a key speaks of one of the site's own purposes.
func ownKey(site *consent.Site, key string) bool {
	for _, p := range site.Purposes {
		if key == "purpose."+p.ID+".title" || key == "purpose."+p.ID+".description" {
			return true
		}
		for _, l := range p.Levels {
			if key == "level."+p.ID+"."+l {
				return true
			}
		}
	}
	return false
}
