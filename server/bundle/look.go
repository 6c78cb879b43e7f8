package bundle

import "github.com/leadiumx/consent/consent"

// Look is the theme of a site as custom properties of a whole page, the same
// that its banner has: r the radius, f the font, and the colours once in each scheme.
func Look(site *consent.Site) string {
	t := &site.Banner.Theme
	out := ":root{--r:" + pixels(or(t.Radius, 14)) + ";--f:" + font(t) + "}"
	for i, p := range t.Palettes() {
		own := ":root{"
		for _, c := range colours(p) {
			own += c[0] + ":" + c[1] + ";"
		}
		own += "color-scheme:" + scheme(p) + "}"
		if i > 0 {
			own = "@media(prefers-color-scheme:dark){" + own + "}"
		}
		out += own
	}
	return out
}
