package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"

	"github.com/leadiumx/consent/consent"
)

// CompileInline makes the gate alone, to stand in a page before everything
// else. It needs no request and knows no words; the script that Compile makes
// takes it over. Compiled for the unknown place it serves every visitor:
// whatever some law lets run unasked waits for the whole script. Errors:
// Invalid when the edition holds something that cannot be compiled.
func CompileInline(in Input) (*Asset, error) {
	on := features(in)
	for name, value := range defines(map[string]bool{
		"INLINE": true, "VENDORS": false, "LEVELS": false, "COOKIES": false, "STORAGE": false, "KINDS": false, "DEEP": false, "PARTITIONED": false, "GLOBS": false, "OPT_OUTS": false,
	}) {
		on[name] = value
	}
	js, err := build("inline.ts", map[string]string{"lx:config": inlineConfig(in), "lx:view": constants([][2]string{{"embed", "0"}, {"css", "[]"}})}, on)
	if err != nil {
		return nil, err
	}
	if err := Embeddable(js); err != nil {
		return nil, err
	}
	return pack(js)
}

// Embeddable tells whether a script may stand between two script tags as it
// is. Errors: Invalid when it would end its own tag.
func Embeddable(js []byte) error {
	if lower := bytes.ToLower(js); bytes.Contains(lower, []byte("</script")) || bytes.Contains(lower, []byte("<!--")) {
		return consent.Fail(consent.Invalid, "a text of the site would end the script tag", "take `</script` and `<!--` out of the texts of the site document")
	}
	return nil
}

// SourceHash is the source by which a Content Security Policy allows a script
// that stands in a page, with its quotes.
func SourceHash(js []byte) string {
	sum := sha256.Sum256(js)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// inlineConfig writes what the gate needs to know: each purpose with its
// highest level and the signals that stop it; see glance.ts.
func inlineConfig(in Input) string {
	const gpc, minor = 16, 32
	limits := object{"__proto__:null"}
	// No month is shorter than 28 days, so a grant never counts longer here
	// than in the whole script.
	months := in.Regime.Terms.ConsentMonths
	for _, r := range in.Rules {
		limit := r.Max
		if r.GPC {
			limit += gpc
		}
		if r.Minor {
			limit += minor
		}
		if r.Necessary {
			limit = 0
		}
		limits.put(literal(r.ID), limit)
		for _, n := range r.Months {
			if n > 0 {
				months = min(months, n)
			}
		}
	}
	return constants([][2]string{
		{"since", literal(in.Edition.Since)}, {"life", literal(months * 28 * 24 * 3600)}, {"limits", limits.String()},
		{"consentState", consentState(&in.Edition.Site)}, {"google", google(in)}, {"holds", holds(&in.Edition.Site)},
		// The sources name these too; nothing of them is compiled in.
		{"vendors", "{}"},
	})
}
