package consent

import (
	"fmt"
	"slices"
)

func (v *validator) features(f *Features) {
	g := f.Google
	if g == nil {
		return
	}
	if !f.ConsentMode {
		v.add("features.google", "Consent Mode has options but is off", "set features.consent_mode, or leave the options out")
	}
	if g.WaitForUpdate < 0 || g.WaitForUpdate > MaxWait {
		v.add("features.google.wait_for_update", fmt.Sprintf("%d milliseconds are out of range", g.WaitForUpdate), fmt.Sprintf("use 0 to %d", MaxWait))
	}
	if len(g.Regions) > MaxRegions {
		v.add("features.google.regions", fmt.Sprintf("there are %d places", len(g.Regions)), fmt.Sprintf("list at most %d", MaxRegions))
	}
	for i, code := range g.Regions {
		if p, ok := ParsePlace(code); !ok || !p.Known() || slices.Contains(g.Regions[:i], code) {
			v.add(fmt.Sprintf("features.google.regions[%d]", i), "the place "+quote(code)+" is not an ISO 3166 code, or is doubled", "write a country such as DE, or a state such as US-CA")
		}
	}
}
