package consent

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

func (v *validator) features(f *Features) {
	g := f.Google
	if g == nil {
		return
	}
	if !f.ConsentMode {
		v.add("features.google", "Consent Mode has options but is off", "set features.consent_mode, or leave the options out")
	}
	v.oneOf("features.google.mode", g.Mode, "", "basic", "advanced")
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

// ruleMatch is a host as hostName has it, perhaps with a path of printable
// characters.
var ruleMatch = regexp.MustCompile(`^(\*\.)?([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}(/[!-~]*)?$`)

func (v *validator) hostRules(s *Site) {
	if len(s.HostRules) > MaxRules {
		v.add("rules", fmt.Sprintf("there are %d rules", len(s.HostRules)), fmt.Sprintf("list at most %d", MaxRules))
	}
	for i, r := range s.HostRules {
		path := fmt.Sprintf("rules[%d]", i)
		if len(r.Match) > 300 || !ruleMatch.MatchString(r.Match) {
			v.add(path+".match", quote(r.Match)+" is neither a host nor a host and a path", "write it without scheme and port, for example *.example.com or www.example.com/collect*")
		}
		v.knownPurpose(s, path+".purpose", r.Purpose)
		if p, ok := s.Purpose(r.Purpose); ok && r.Level != "" && !slices.Contains(p.Levels, r.Level) {
			v.add(path+".level", "the purpose has no level "+quote(r.Level), "name one of its levels, or leave it out for any grant")
		}
		if _, ok := s.Vendor(r.Vendor); !ok && r.Vendor != "" {
			v.add(path+".vendor", "the site has no vendor "+quote(r.Vendor), "name a vendor of the `vendors` list, or leave it out")
		}
		for j, earlier := range s.HostRules[:i] {
			if earlier.Match == r.Match || (strings.HasSuffix(earlier.Match, "*") && Match(earlier.Match, r.Match)) {
				v.add(path, fmt.Sprintf("rules[%d] already fits everything that this rule would", j), "put the narrower rule first, or remove it")
				break
			}
		}
	}
}
