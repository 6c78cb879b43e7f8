package bundle

import (
	"slices"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// owed is what the law of a visit wants of the page beyond the choice itself.
type owed struct {
	// link is the key of the words by which every page leads to the choices,
	// empty where no law asks for words of its own; icon puts the opt-out icon
	// beside them.
	link string
	icon bool
	// beside are the keys of links that stand beside the policy.
	beside []string
	// status shows that an opt-out is honoured.
	status bool
	// recipients names the vendors on the first layer, contact how the
	// controller is reached.
	recipients, contact bool
	// centred keeps a bar out of the bottom, open keeps the page usable.
	centred, open bool
}

func owes(site *consent.Site, r law.Regime) owed {
	d := r.Duties
	o := owed{
		status: d.StatusShown,
		recipients: len(site.Vendors) > 0 && slices.ContainsFunc(d.Disclose, func(s string) bool {
			return slices.Contains([]string{"controllers", "recipients", "sale-recipients"}, s)
		}),
		contact: slices.Contains(d.Disclose, "controller-contact"),
		centred: d.Placement != "" && site.Banner.Layout == "bar" && site.Banner.Position != "top",
		open:    d.CookieWallBanned,
	}
	built, _ := BuiltIn(fallback)
	for _, l := range law.Links(r, site) {
		switch _, own := built[l.Key]; {
		case !own:
			// The words that we use everywhere are those that this law wants.
		case l.Where == "notice":
			o.beside = append(o.beside, l.Key)
		case o.link == "":
			o.link, o.icon = l.Key, l.Icon
		}
	}
	return o
}

// waits reports whether the first layer makes the page wait.
func waits(site *consent.Site, r law.Regime) bool {
	return site.Banner.Layout == "modal" && !owes(site, r).open
}

// optOut is the opt-out icon: a pill with a check on its left and a cross on
// its right. Its parts are lines, whose places no style can take away.
func optOut() tree {
	line := func(class, points string) tree { return el("polyline", attributes{"class": class, "points": points}) }
	return el("svg", attributes{"class": "lx-icon", "viewBox": "0 0 30 14", "aria-hidden": "true"},
		line("a", "7,7 23,7"), line("b", "7,7 12,7"), line("c", "16,1 13,13"), line("d", "5,7.5 7.5,10 11.5,4.5"), line("e", "18.5,4.5 23.5,9.5"), line("e", "23.5,4.5 18.5,9.5"))
}
