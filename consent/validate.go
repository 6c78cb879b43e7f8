package consent

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Limits of a site document. They keep a script small, a cookie below
// CookieLimit and a hostile document cheap to refuse.
const (
	MaxPurposes = 24
	MaxVendors  = 200
	MaxCookies  = 500
	MaxText     = 2048
)

// Validate returns every fault of a site document, nil when it may be
// published. Locales lists the languages for which built-in words exist.
func (s *Site) Validate(locales []string) []Finding {
	v := &validator{}
	v.identity(s)
	v.origins(s)
	v.locales(s, locales)
	v.purposes(s)
	v.vendors(s)
	v.cookies(s)
	v.stricter(s)
	v.banner(&s.Banner)
	v.features(&s.Features)
	v.hostRules(s)
	v.texts(s)
	return v.found
}

type validator struct{ found []Finding }

func (v *validator) add(path, cause, fix string) {
	v.found = append(v.found, Finding{Severity: SeverityError, Path: path, Message: cause, Fix: fix})
}

var siteID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (v *validator) identity(s *Site) {
	if !siteID.MatchString(s.ID) {
		v.add("id", "the site id "+quote(s.ID)+" is malformed", "use 1 to 32 characters of a-z, 0-9 and hyphen")
	}
	v.filled("name", s.Name, 120)
	v.filled("controller.name", s.Controller.Name, 200)
	v.filled("controller.address", s.Controller.Address, 300)
	if !strings.Contains(s.Controller.Email, "@") || len(s.Controller.Email) > 254 {
		v.add("controller.email", "no e-mail address", "give the address at which visitors reach the controller")
	}
	if p, ok := ParsePlace(s.Establishment); !ok || !p.Known() {
		v.add("establishment", "the place "+quote(s.Establishment)+" is not an ISO 3166 code", "write the publisher's country, with its state where it has one, for example US-FL")
	}
	v.link("policy_url", s.PolicyURL)
	if s.RetentionMonths < 0 || s.RetentionMonths > 120 {
		v.add("retention_months", "records cannot be kept for that long", "write 1 to 120 months, or leave it out for 24")
	}
	if s.Controller.Website != "" {
		v.link("controller.website", s.Controller.Website)
	}
	if d := s.CookieDomain; d != "" && (!hostName.MatchString(d) || !strings.Contains(d, ".") || !s.holds(d)) {
		v.add("cookie_domain", "the domain "+quote(d)+" is malformed, or holds none of the origins", "write the bare registrable domain of the site's origins, for example example.com")
	}
}

func (v *validator) filled(path, s string, limit int) {
	switch {
	case strings.TrimSpace(s) == "":
		v.add(path, "it is empty", "fill it in")
	case len(s) > limit:
		v.add(path, fmt.Sprintf("it is longer than %d bytes", limit), "shorten it")
	}
}

func (v *validator) link(path, s string) {
	u, err := url.Parse(s)
	if err != nil || len(s) > 500 || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		v.add(path, quote(s)+" is not a web address", "write a full address that starts with https://")
	}
}

var (
	hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	colour   = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	font     = regexp.MustCompile(`^[A-Za-z0-9 ,'"_-]{0,120}$`)
	textKey  = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,79}$`)
	storedNm = regexp.MustCompile("^[ -~]{1,120}$")
	cookieNm = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,80}$")
)

func (v *validator) origins(s *Site) {
	if len(s.Origins) == 0 || len(s.Origins) > 50 {
		v.add("origins", "there are no origins, or more than 50", "list each origin whose pages carry the tag, for example https://www.example.com")
	}
	for i, o := range s.Origins {
		if !validOrigin(o) {
			v.add(fmt.Sprintf("origins[%d]", i), quote(o)+" is not an origin", "write scheme://host or scheme://host:port, without a path; the host may start with *.")
		}
	}
}

// holds reports whether one of the site's origins lies within a domain.
func (s *Site) holds(domain string) bool {
	for _, o := range s.Origins {
		u, err := url.Parse(o)
		if err != nil {
			continue
		}
		if host := strings.TrimPrefix(u.Hostname(), "*."); host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

func validOrigin(o string) bool {
	u, err := url.Parse(o)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Scheme+"://"+u.Host != o {
		return false
	}
	// Browsers leave these out, so an origin with one would never be met.
	if p := u.Port(); p == "443" && u.Scheme == "https" || p == "80" && u.Scheme == "http" {
		return false
	}
	host := strings.TrimPrefix(u.Hostname(), "*.")
	return hostName.MatchString(host) || strings.HasPrefix(u.Host, "[")
}

// AllowsOrigin reports whether a page of this origin belongs to the site.
func (s *Site) AllowsOrigin(origin string) bool {
	for _, o := range s.Origins {
		if o == origin {
			return true
		}
		scheme, host, _ := strings.Cut(o, "://*.")
		if host == "" {
			continue
		}
		rest, ok := strings.CutPrefix(origin, scheme+"://")
		if ok && strings.HasSuffix(rest, "."+host) && !strings.ContainsAny(rest, "/@") {
			return true
		}
	}
	return false
}

func (v *validator) locales(s *Site, built []string) {
	if len(s.Locales) == 0 {
		v.add("locales", "no language is listed", "list at least one; the first is the fallback")
	}
	for i, l := range s.Locales {
		if !slices.Contains(built, l) || slices.Contains(s.Locales[:i], l) {
			v.add(fmt.Sprintf("locales[%d]", i), "the language "+quote(l)+" has no built-in words or is doubled", "use each of "+strings.Join(built, ", ")+" at most once")
		}
	}
}

func (v *validator) purposes(s *Site) {
	if len(s.Purposes) == 0 || len(s.Purposes) > MaxPurposes {
		v.add("purposes", fmt.Sprintf("there are %d purposes", len(s.Purposes)), fmt.Sprintf("list 1 to %d", MaxPurposes))
	}
	size := 0
	for i := range s.Purposes {
		p := &s.Purposes[i]
		path := fmt.Sprintf("purposes[%d]", i)
		if !IsID(p.ID) {
			v.add(path+".id", "the id "+quote(p.ID)+" is malformed", "start with a letter; use at most 32 of a-z, 0-9, _ and -")
		}
		if first, _ := s.Purpose(p.ID); first != p {
			v.add(path+".id", "the id "+quote(p.ID)+" is used twice", "give each purpose an id of its own")
		}
		v.purpose(path, p)
		size += len(p.ID) + 4
	}
	if limit := CookieLimit - 160; size > limit && len(s.Purposes) <= MaxPurposes {
		v.add("purposes", "the ids together are too long for the consent cookie", fmt.Sprintf("shorten them to %d bytes in total", limit))
	}
}

func (v *validator) purpose(path string, p *Purpose) {
	if len(p.Classes) == 0 {
		v.add(path+".classes", "no class is given", "name at least one class, so that law can speak about the purpose")
	}
	for j, c := range p.Classes {
		if !slices.Contains(Classes(), c) {
			v.add(fmt.Sprintf("%s.classes[%d]", path, j), "the class "+quote(string(c))+" is not known", "use necessary, functional, analytics, ads, sale_share, sensitive or recording")
		}
	}
	if slices.Contains(p.Classes, Necessary) && len(p.Classes) > 1 {
		v.add(path+".classes", "necessary stands beside other classes", "split the purpose: what is necessary needs no choice, the rest does")
	}
	if !slices.Contains(Bases(), p.Basis) {
		v.add(path+".basis", "the legal basis "+quote(string(p.Basis))+" is not known", "use consent, contract, legal_obligation or legitimate_interest")
	}
	if len(p.Levels) == 1 || len(p.Levels) > 9 {
		v.add(path+".levels", "levels are fewer than two or more than nine", "leave levels out for a plain switch, or name 2 to 9, lowest first")
	}
	v.levelMonths(path, p)
	for j, l := range p.Levels {
		if !IsID(l) || slices.Contains(p.Levels[:j], l) {
			v.add(fmt.Sprintf("%s.levels[%d]", path, j), "the level "+quote(l)+" is malformed or doubled", "start with a letter; use at most 32 of a-z, 0-9, _ and -")
		}
	}
}

func (v *validator) levelMonths(path string, p *Purpose) {
	for level, n := range p.LevelMonths {
		if !slices.Contains(p.Levels, level) || n < 1 || n > 24 {
			v.add(path+".level_months."+level, "the level is not one of the purpose's levels, or its months are not 1 to 24", "name a level of `levels` and give it 1 to 24 months")
		}
	}
}

func (v *validator) vendors(s *Site) {
	if len(s.Vendors) > MaxVendors {
		v.add("vendors", fmt.Sprintf("there are %d vendors", len(s.Vendors)), fmt.Sprintf("list at most %d", MaxVendors))
	}
	for i := range s.Vendors {
		x := &s.Vendors[i]
		path := fmt.Sprintf("vendors[%d]", i)
		if !IsID(x.ID) {
			v.add(path+".id", "the id "+quote(x.ID)+" is malformed", "start with a letter; use at most 32 of a-z, 0-9, _ and -")
		}
		if first, _ := s.Vendor(x.ID); first != x {
			v.add(path+".id", "the id "+quote(x.ID)+" is used twice", "give each vendor an id of its own")
		}
		v.filled(path+".name", x.Name, 120)
		if len(x.Purposes) == 0 {
			v.add(path+".purposes", "no purpose is given", "name the purposes for which the vendor uses data")
		}
		for j, p := range x.Purposes {
			v.knownPurpose(s, fmt.Sprintf("%s.purposes[%d]", path, j), p)
		}
		for j, h := range x.Hosts {
			if !hostName.MatchString(strings.TrimPrefix(h, "*.")) {
				v.add(fmt.Sprintf("%s.hosts[%d]", path, j), quote(h)+" is not a host name", "write the bare host, for example www.example.com or *.example.com")
			}
		}
		if x.PolicyURL != "" {
			v.link(path+".policy_url", x.PolicyURL)
		}
		if _, ok := ParsePlace(x.Country); !ok {
			v.add(path+".country", quote(x.Country)+" is not an ISO 3166 code", "write a code such as US, or leave it out")
		}
		v.oneOf(path+".role", x.Role, "", "processor", "controller", "joint_controller")
		v.oneOf(path+".transfer", x.Transfer, "", "none", "adequacy", "dpf", "scc", "bcr", "consent")
	}
}

func (v *validator) knownPurpose(s *Site, path, id string) {
	if _, ok := s.Purpose(id); !ok {
		v.add(path, "the site has no purpose "+quote(id), "name a purpose of the `purposes` list")
	}
}
