package bundle

import "github.com/leadiumx/consent/consent"

// Look is the theme of a site as custom properties of a whole page, the same
// that its banner has.
func Look(site *consent.Site) string { return tokens(&site.Banner.Theme, ":root") }
