package rules

import (
	"fmt"

	"github.com/leadiumx/consent/consent"
)

const (
	legible = 4.5
	edge    = 3
)

// look judges the colours in every scheme that visitors may see.
func (l *linter) look() {
	t := &l.site.Banner.Theme
	for _, p := range t.Palettes() {
		at := "banner.theme."
		if p.Dark && t.Dark != nil {
			at += "dark."
		}
		scheme := "light"
		if p.Dark {
			scheme = "dark"
		}
		for _, c := range []struct {
			path, what  string
			front, back string
			share, need float64
		}{
			{"accent_text", "the labels of the buttons", p.AccentText, p.Accent, 1, legible},
			{"text", "the text", p.Text, p.Background, 1, legible},
			{"text", "the small print", p.Text, p.Background, consent.MutedShare, legible},
			{"accent", "the edge of the buttons", p.Accent, p.Background, 1, edge},
			{"text", "the edge of the switches", p.Text, p.Background, consent.EdgeShare, edge},
		} {
			got := consent.Contrast(c.front, c.share, c.back)
			if got >= c.need {
				continue
			}
			message := fmt.Sprintf("in %s schemes %s has a contrast of %.2f to 1, and needs %.1f", scheme, c.what, got, c.need)
			fix := fmt.Sprintf("Choose colours whose contrast is at least %.1f to 1.", c.need)
			if c.need == legible {
				l.fail("D05", at+c.path, message, fix)
			} else {
				l.warn("D05", at+c.path, message, fix)
			}
		}
	}
}
