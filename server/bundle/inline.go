package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/leadiumx/consent/consent"
)

// CompileInline makes the gate alone, to stand in a page before everything
// else. It needs no request and knows no words; the script that Compile makes
// takes it over. Compiled for the unknown place it serves every visitor:
// whatever some law lets run unasked waits for the whole script. Errors:
// Invalid when the edition holds something that cannot be compiled.
func CompileInline(in Input) (*Asset, error) {
	on := features(in)
	for name, value := range constants(map[string]bool{
		"INLINE": true, "VENDORS": false, "LEVELS": false, "COOKIES": false, "STORAGE": false, "DEEP": false, "PARTITIONED": false, "GLOBS": false, "OPT_OUTS": false,
	}) {
		on[name] = value
	}
	js, err := build("inline.ts", map[string]string{"lx:config": inlineConfig(in)}, on)
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

func inlineConfig(in Input) string {
	var limits [][]any
	// No month is shorter than 28 days, so a grant never counts longer here
	// than in the whole script.
	months := in.Regime.Terms.ConsentMonths
	for _, r := range in.Rules {
		limit := []any{r.ID, r.Max}
		if r.Necessary {
			limit[1] = 0
		}
		switch {
		case r.Minor:
			limit = append(limit, bit(r.GPC), 1)
		case r.GPC:
			limit = append(limit, 1)
		}
		limits = append(limits, limit)
		for _, n := range r.Months {
			if n > 0 {
				months = min(months, n)
			}
		}
	}
	var b strings.Builder
	for _, c := range [][2]string{
		{"limits", literal(limits)}, {"since", strconv.Itoa(in.Edition.Since)}, {"life", strconv.Itoa(months * 28 * 24 * 3600)},
		{"signals", literal(signals(&in.Edition.Site))}, {"google", google(in)}, {"holds", holds(&in.Edition.Site)},
		// The sources name these too; nothing of them is compiled in.
		{"terms", "{}"}, {"rules", "[]"}, {"vendors", "[]"}, {"cookies", "[]"}, {"maxAge", "0"}, {"cookieDomain", `""`},
	} {
		fmt.Fprintf(&b, "export const %s=%s;\n", c[0], c[1])
	}
	return b.String()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
