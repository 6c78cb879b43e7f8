package consent

import (
	"fmt"
	"slices"
	"strings"
)

// pendingKey is where the script keeps a decision that is not delivered yet.
const pendingKey = "lx_pending"

func (v *validator) cookies(s *Site) {
	if len(s.Cookies) > MaxCookies {
		v.add("cookies", fmt.Sprintf("there are %d cookies", len(s.Cookies)), fmt.Sprintf("list at most %d", MaxCookies))
	}
	for i := range s.Cookies {
		c := &s.Cookies[i]
		path := fmt.Sprintf("cookies[%d]", i)
		allowed := cookieNm
		if c.Store() != "cookie" {
			allowed = storedNm
		}
		switch {
		case !allowed.MatchString(c.Name) || strings.Trim(c.Name, "*") == "":
			v.add(path+".name", quote(c.Name)+" is not the name of a cookie or key", "write the name, with * for a part that changes")
		case Match(c.Name, ConsentCookie), Match(c.Name, SubjectCookie), Match(c.Name, pendingKey):
			v.add(path+".name", quote(c.Name)+" holds what the consent itself is kept in", "write a narrower pattern")
		}
		if c.Partitioned && c.Store() != "cookie" {
			v.add(path+".partitioned", "only cookies are partitioned", "leave it out")
		}
		v.knownPurpose(s, path+".purpose", c.Purpose)
		if _, ok := s.Vendor(c.Vendor); !ok && c.Vendor != "" {
			v.add(path+".vendor", "the site has no vendor "+quote(c.Vendor), "name a vendor of the `vendors` list, or leave it out")
		}
		v.oneOf(path+".kind", c.Kind, "", "cookie", "local", "session", "idb", "cache", "worker")
		if len(c.Lifetime) > 80 {
			v.add(path+".lifetime", "it is longer than 80 bytes", "shorten it")
		}
	}
}

func (v *validator) stricter(s *Site) {
	for i, x := range s.Stricter {
		path := fmt.Sprintf("stricter[%d]", i)
		for j, code := range x.Places {
			if p, ok := ParsePlace(code); !ok || !p.Known() {
				v.add(fmt.Sprintf("%s.places[%d]", path, j), quote(code)+" is not an ISO 3166 code", "write a code such as FR or US-CA")
			}
		}
		if len(x.Modes) == 0 {
			v.add(path+".modes", "no class is named", "write a mode per class, for example {\"sale_share\": \"opt-in\"}")
		}
		for c := range x.Modes {
			if !slices.Contains(Classes(), c) || c == Necessary {
				v.add(path+".modes."+string(c), "the class is not known or cannot be tightened", "use functional, analytics, ads, sale_share, sensitive or recording")
			}
		}
	}
}

func (v *validator) banner(b *Banner) {
	v.oneOf("banner.layout", b.Layout, "bar", "box", "modal", "corner")
	v.oneOf("banner.position", b.Position, "", "bottom", "top", "left", "right")
	t := &b.Theme
	v.oneOf("banner.theme.scheme", t.Scheme, "", "auto", "light", "dark")
	v.colours("banner.theme", &Colours{t.Accent, t.AccentText, t.Background, t.Text, t.Border})
	if t.Dark != nil {
		v.colours("banner.theme.dark", t.Dark)
	}
	if t.Spacing != nil && (*t.Spacing < 8 || *t.Spacing > 40) {
		v.add("banner.theme.spacing", "the spacing is out of range", "use 8 to 40")
	}
	if t.BorderWidth != nil && (*t.BorderWidth < 0 || *t.BorderWidth > 8) {
		v.add("banner.theme.border_width", "the border's width is out of range", "use 0 to 8")
	}
	if t.Logo != "" {
		v.link("banner.theme.logo", t.Logo)
	}
	if t.Radius != nil && (*t.Radius < 0 || *t.Radius > 32) {
		v.add("banner.theme.radius", "the radius is out of range", "use 0 to 32")
	}
	if !font.MatchString(t.Font) {
		v.add("banner.theme.font", "the font list holds other characters than names and commas", "write font names, for example Inter, system-ui, sans-serif")
	}
}

func (v *validator) colours(path string, c *Colours) {
	for _, f := range []struct{ name, value string }{
		{"accent", c.Accent}, {"accent_text", c.AccentText}, {"background", c.Background}, {"text", c.Text}, {"border", c.Border},
	} {
		if f.value != "" && !colour.MatchString(f.value) {
			v.add(path+"."+f.name, quote(f.value)+" is not a colour", "write #rgb or #rrggbb")
		}
	}
}

func (v *validator) oneOf(path, s string, allowed ...string) {
	if slices.Contains(allowed, s) {
		return
	}
	named := slices.DeleteFunc(slices.Clone(allowed), func(a string) bool { return a == "" })
	v.add(path, quote(s)+" is not allowed", "use one of "+strings.Join(named, ", "))
}

func (v *validator) texts(s *Site) {
	for locale, words := range s.Texts {
		if !slices.Contains(s.Locales, locale) {
			v.add("texts."+locale, "the site does not speak this language", "add it to `locales` or remove the texts")
		}
		for key, text := range words {
			path := "texts." + locale + "." + key
			if !textKey.MatchString(key) {
				v.add(path, "the key is malformed", "use a message key such as banner.title")
			}
			if len(text) > MaxText {
				v.add(path, fmt.Sprintf("it is longer than %d bytes", MaxText), "shorten it")
				continue
			}
			v.marks(path, key, text)
		}
	}
}
