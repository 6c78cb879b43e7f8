package bundle

import (
	"cmp"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/snippet"
)

// style joins the sheets that the site needs with its colours and minifies them.
func style(site *consent.Site, dir string) (string, error) {
	files := []string{"base"}
	b := &site.Banner
	switch {
	case b.Layout == "corner" && b.Position == "left":
		files = append(files, "corner-left")
	case b.Layout == "bar" && b.Position == "top":
		files = append(files, "bar", "bar-top")
	default:
		files = append(files, b.Layout)
	}
	files = append(files, "preferences")
	if dir == "rtl" {
		files = append(files, "rtl")
	}
	if b.Reopen {
		files = append(files, "reopen")
	}
	if len(site.Vendors) > 0 {
		files = append(files, "embed")
	}
	var css strings.Builder
	for _, f := range files {
		raw, err := fs.ReadFile(snippet.Source(), "ui/css/"+f+".css")
		if err != nil {
			return "", consent.Fail(consent.Invalid, "there is no style "+strconv.Quote(f), "choose a layout of bar, box, modal or corner")
		}
		css.Write(raw)
	}
	css.WriteString(tokens(&b.Theme, ".lx"))
	out := api.Transform(css.String(), api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, Charset: api.CharsetUTF8, LogLevel: api.LogLevelSilent,
	})
	if len(out.Errors) > 0 {
		return "", consent.Fail(consent.Invalid, "the styles do not compile: "+out.Errors[0].Text, "report this to the maintainers, with the site document")
	}
	return strings.TrimSpace(string(out.Code)), nil
}

// tokens writes the theme as custom properties: a the accent, k the text on
// it, b the background, t the text, l lines, m muted
// text, n what must be told from the background, r the radius, f the font.
func tokens(t *consent.Theme, scope string) string {
	light := colours(consent.Colours{Accent: t.Accent, AccentText: t.AccentText, Background: t.Background, Text: t.Text},
		consent.Colours{Accent: "#2347d9", Background: "#fff", Text: "#141824"})
	own := consent.Colours{Accent: t.Accent, AccentText: t.AccentText}
	if t.Dark != nil {
		own = *t.Dark
	}
	dark := colours(own, consent.Colours{Accent: "#9db4ff", Background: "#171a23", Text: "#eef0f6"})
	radius := 14
	if t.Radius != nil {
		radius = *t.Radius
	}
	font := cmp.Or(t.Font, "system-ui, sans-serif")
	set := func(scheme, vars string) string { return scope + "{" + vars + ";color-scheme:" + scheme + "}" }
	shape := fmt.Sprintf(";--r:%dpx;--f:%s", radius, font)
	switch t.Scheme {
	case "dark":
		return set("dark", dark+shape)
	case "light":
		return set("light", light+shape)
	default:
		return set("light", light+shape) + "@media(prefers-color-scheme:dark){" + set("dark", dark) + "}"
	}
}

// colours fills in what a scheme leaves open and derives the rest.
func colours(own, built consent.Colours) string {
	a, b, t := cmp.Or(own.Accent, built.Accent), cmp.Or(own.Background, built.Background), cmp.Or(own.Text, built.Text)
	k := cmp.Or(own.AccentText, legible(a))
	// What is derived is the text's colour, let through in part.
	full := long(t)
	return fmt.Sprintf("--a:%s;--k:%s;--b:%s;--t:%s;--l:%s29;--m:%[5]sbd;--n:%[5]s80", a, k, b, t, full)
}

// long writes a colour with six digits.
func long(s string) string {
	c := parseColour(s)
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

type rgb [3]float64

func parseColour(s string) rgb {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		return rgb{}
	}
	return rgb{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

// legible picks black or white, whichever stands out more.
func legible(on string) string {
	c := parseColour(on)
	linear := func(x float64) float64 {
		x /= 255
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	if y := .2126*linear(c[0]) + .7152*linear(c[1]) + .0722*linear(c[2]); y > .179 {
		return "#000"
	}
	return "#fff"
}
