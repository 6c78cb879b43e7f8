package consent

import (
	"slices"
	"strings"
)

// Site is the site document: everything that one web property is. A draft is
// edited; publishing freezes it into an Edition. The tags beside the JSON names
// are read by the published JSON Schema; Validate is what decides.
type Site struct {
	// ID is 1 to 32 characters of a-z, 0-9 and hyphen; it is part of the tag.
	ID     string `json:"id" pattern:"^[a-z0-9][a-z0-9-]{0,31}$"`
	Tenant string `json:"tenant,omitempty"`
	Name   string `json:"name"`
	// Origins may send consent writes, as scheme://host[:port]. A host may
	// start with "*." for every direct and deeper subdomain.
	Origins []string `json:"origins"`
	// CookieDomain is the Domain of our two cookies; empty keeps them on the host.
	CookieDomain string `json:"cookie_domain,omitempty"`
	// Establishment is where the publisher is established, as an ISO code;
	// its law binds the site for every visitor.
	Establishment string     `json:"establishment"`
	Controller    Controller `json:"controller"`
	PolicyURL     string     `json:"policy_url"`
	// Locales are the languages the banner speaks; the first is the fallback.
	Locales  []string  `json:"locales"`
	Purposes []Purpose `json:"purposes"`
	Vendors  []Vendor  `json:"vendors,omitempty"`
	Cookies  []Cookie  `json:"cookies,omitempty"`
	// HostRules say what waits for which purpose, the first that fits counts.
	// The hosts of vendors come after them.
	HostRules []HostRule `json:"rules,omitempty"`
	// Stricter tightens what the law asks; it can never relax it.
	Stricter []Stricter `json:"stricter,omitempty"`
	Banner   Banner     `json:"banner"`
	Features Features   `json:"features"`
	// RetentionMonths is how long records are kept, 1 to 120 months; 0 means 24.
	// A law's own time for proof, and the life of a consent, go before a shorter
	// one.
	RetentionMonths int `json:"retention_months,omitempty"`
	// Texts overrides words per locale and message key.
	Texts map[string]map[string]string `json:"texts,omitempty"`
}

// Controller is who answers for the site.
type Controller struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Email   string `json:"email"`
	Phone   string `json:"phone,omitempty"`
	Website string `json:"website,omitempty"`
}

// Purpose is why data is used.
type Purpose struct {
	ID      string  `json:"id"`
	Classes []Class `json:"classes" enum:"necessary,functional,analytics,ads,sale_share,sensitive,recording"`
	Basis   Basis   `json:"basis" enum:"consent,contract,legal_obligation,legitimate_interest"`
	// Levels names the steps a visitor may grant, lowest first; empty means
	// that the purpose is granted or not.
	Levels []string `json:"levels,omitempty"`
	// LevelMonths is how many months a grant of a level holds, by the level's
	// name; a level that is not named holds as long as the law lets a consent
	// hold. When a level ends, the highest lower level that still holds counts.
	LevelMonths map[string]int `json:"level_months,omitempty"`
	// OwnAudience says that the purpose serves only the site's own statistics.
	// A law that relaxes analytics for own statistics relaxes nothing without it.
	OwnAudience bool `json:"own_audience,omitempty"`
}

// Max is the highest level of the purpose, at least 1.
func (p *Purpose) Max() int { return max(1, len(p.Levels)) }

// Necessary says that nobody is asked about the purpose.
func (p *Purpose) Necessary() bool { return len(p.Classes) == 1 && p.Classes[0] == Necessary }

// months lists LevelMonths in the order of the levels, nil when none is set.
func (p *Purpose) months() []int {
	if len(p.LevelMonths) == 0 {
		return nil
	}
	out := make([]int, len(p.Levels))
	for i, l := range p.Levels {
		out[i] = p.LevelMonths[l]
	}
	return out
}

// Vendor is a party that uses data for one or more purposes.
type Vendor struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Purposes []string `json:"purposes"`
	// Hosts are the hosts that the vendor's scripts, frames and pixels come
	// from; a leading "*." holds all subdomains.
	Hosts []string `json:"hosts,omitempty"`
	// ConsentMode says that the vendor's tags obey Google Consent Mode by
	// themselves, so that they may load in its advanced mode.
	ConsentMode bool `json:"consent_mode,omitempty"`
	// Role is what the vendor is before the law: processor, controller or joint
	// controller; empty is not said.
	Role    string `json:"role,omitempty" enum:"processor,controller,joint_controller"`
	Country string `json:"country,omitempty"`
	// Transfer is what a transfer of data to the vendor's country rests on;
	// empty is not said.
	Transfer  string `json:"transfer,omitempty" enum:"none,adequacy,dpf,scc,bcr,consent"`
	PolicyURL string `json:"policy_url,omitempty"`
}

// Cookie declares one cookie or storage key, so that it can be blocked,
// cleared, listed and asked about. A `*` in Name stands for any characters.
type Cookie struct {
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
	Vendor  string `json:"vendor,omitempty"`
	// Kind is cookie, local or session storage, idb for a database, cache for a
	// cache of a service worker, or worker for one, whose name is the path of its
	// scope; empty means cookie. The last three are removed, never held back.
	Kind string `json:"kind,omitempty" enum:"cookie,local,session,idb,cache,worker"`
	// Partitioned says that the cookie is set with that attribute.
	Partitioned bool `json:"partitioned,omitempty"`
	// Lifetime is told to visitors as it stands, for example "2 years".
	Lifetime string `json:"lifetime,omitempty"`
}

// Store is where the name is kept: Kind, with its default filled in.
func (c *Cookie) Store() string {
	if c.Kind == "" {
		return "cookie"
	}
	return c.Kind
}

// Stricter is one rule of a site's own strictness.
type Stricter struct {
	// Places are ISO codes that the rule speaks about; empty means everywhere.
	Places []string       `json:"places,omitempty"`
	Modes  map[Class]Mode `json:"modes"`
}

func (x *Stricter) covers(p Place) bool {
	if len(x.Places) == 0 || !p.Known() {
		return true
	}
	return slices.ContainsFunc(x.Places, p.In)
}

// Banner says how the banner looks.
type Banner struct {
	// Layout is bar, box, modal or corner.
	Layout string `json:"layout" enum:"bar,box,modal,corner"`
	// Position is bottom or top for a bar, left or right for a corner.
	Position string `json:"position,omitempty" enum:"bottom,top,left,right"`
	Theme    Theme  `json:"theme"`
	// Reopen shows a small button after the choice; without it the page must
	// carry its own `data-lx-action="settings"` element.
	Reopen bool `json:"reopen"`
}

// Theme holds the colours and shapes of the banner. Empty values take the
// built-in ones; dark values count when the visitor's system or Scheme is dark.
type Theme struct {
	// Scheme is auto, light or dark.
	Scheme string `json:"scheme,omitempty" enum:"auto,light,dark"`
	Accent string `json:"accent,omitempty"`
	// AccentText is the colour of text on Accent.
	AccentText string `json:"accent_text,omitempty"`
	Background string `json:"background,omitempty"`
	Text       string `json:"text,omitempty"`
	// Border is the colour of the box's edge and of the lines in it; without
	// one it follows from Text.
	Border string `json:"border,omitempty"`
	// Dark replaces the colours in dark schemes.
	Dark *Colours `json:"dark,omitempty"`
	// BorderWidth is the width of the box's edge in pixels, 0 to 8.
	BorderWidth *int `json:"border_width,omitempty"`
	// Radius is the corner radius in pixels, 0 to 32.
	Radius *int `json:"radius,omitempty"`
	// Spacing is the space around the contents in pixels, 8 to 40.
	Spacing *int   `json:"spacing,omitempty"`
	Font    string `json:"font,omitempty"`
	// Logo is the https address of an image above the banner's title.
	Logo string `json:"logo,omitempty"`
}

// Colours are the colours of a scheme, as #rgb or #rrggbb.
type Colours struct {
	Accent     string `json:"accent,omitempty"`
	AccentText string `json:"accent_text,omitempty"`
	Background string `json:"background,omitempty"`
	Text       string `json:"text,omitempty"`
	Border     string `json:"border,omitempty"`
}

// Purpose returns the purpose with an id.
func (s *Site) Purpose(id string) (*Purpose, bool) {
	if i, ok := s.purpose(id); ok {
		return &s.Purposes[i], true
	}
	return nil, false
}

func (s *Site) purpose(id string) (i int, ok bool) {
	for i := range s.Purposes {
		if s.Purposes[i].ID == id {
			return i, true
		}
	}
	return 0, false
}

// Vendor returns the vendor with an id.
func (s *Site) Vendor(id string) (*Vendor, bool) {
	for i := range s.Vendors {
		if s.Vendors[i].ID == id {
			return &s.Vendors[i], true
		}
	}
	return nil, false
}

// CookieNamed returns the first declared cookie whose pattern holds name.
func (s *Site) CookieNamed(name string) (*Cookie, bool) {
	for i := range s.Cookies {
		if Match(s.Cookies[i].Name, name) {
			return &s.Cookies[i], true
		}
	}
	return nil, false
}

// Match reports whether name fits a pattern in which `*` stands for any
// characters, none included. It looks for what stands between two stars as a
// whole: letter by letter, the worst of long patterns would take seconds.
func Match(pattern, name string) bool {
	begin, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == name
	}
	name, ok := strings.CutPrefix(name, begin)
	for ok {
		part, more, again := strings.Cut(rest, "*")
		if !again {
			return strings.HasSuffix(name, part)
		}
		_, name, ok = strings.Cut(name, part)
		rest = more
	}
	return false
}

// aliases are the purpose names of other platforms that are understood on
// input, so that nobody has to rewrite markup to move in.
func aliases() map[string]string {
	return map[string]string{
		"preferences": "functional", "functionality": "functional", "experience": "functional",
		"statistics": "analytics", "measurement": "analytics", "performance": "analytics",
		"advertising": "marketing", "ads": "marketing", "targeting": "marketing",
	}
}

// Canonical returns the site's purpose id for an input name: the name itself
// when the site has such a purpose, else the purpose it is an alias of.
func (s *Site) Canonical(name string) string {
	if _, ok := s.purpose(name); ok {
		return name
	}
	if id, ok := aliases()[name]; ok {
		return id
	}
	return name
}

// PurposeNamed returns the place in Purposes of the purpose that an input name
// stands for.
func (s *Site) PurposeNamed(name string) (i int, ok bool) {
	if i, ok = s.purpose(name); ok {
		return i, true
	}
	if id, known := aliases()[name]; known {
		return s.purpose(id)
	}
	return 0, false
}
