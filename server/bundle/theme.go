package bundle

import (
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/snippet"
)

// style makes the sheets that the site needs, in its colours: what a first layer
// is shown with, which a page waits for, and the rest.
func style(site *consent.Site, dir string, closes bool, owed owed, words map[string]string) ([]string, error) {
	b := &site.Banner
	var first, rest []string
	switch {
	case owed.centred:
		first = []string{"base", "modal"}
	case b.Layout == "corner" && b.Position == "left":
		first = []string{"base", "corner-left"}
	case b.Layout == "bar" && b.Position == "top":
		first = []string{"base", "bar", "bar-top"}
	default:
		first = []string{"base", b.Layout}
	}
	if closes {
		first = append(first, "x", "close")
		if b.Layout == "bar" && !owed.centred {
			first = append(first, "bar-close")
		}
	} else {
		rest = append(rest, "x")
	}
	if b.Theme.Logo != "" {
		first = append(first, "logo")
	}
	rest = append(rest, "preferences")
	if dir == "rtl" {
		rest = append(rest, "rtl")
	}
	switch {
	case owed.link != "":
		// The link and its icon may stand anywhere in the page.
		first = append(first, "links")
	case b.Reopen:
		rest = append(rest, "reopen")
	}
	if len(site.Vendors) > 0 {
		rest = append(rest, "embed")
	}
	parts := [][]string{first, rest}
	if owed.centred {
		// Such a first layer is opened as preferences are.
		parts = [][]string{slices.Concat(first, rest)}
	}
	colours, schemes := coloured(&b.Theme)
	var sheets []string
	for i, files := range parts {
		raw, err := join(files)
		if err != nil {
			return nil, err
		}
		raw = colours.Replace(shape(&b.Theme, words).Replace(raw))
		if i == 0 {
			raw += schemes
		}
		out := api.Transform(raw, api.TransformOptions{
			Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, Charset: api.CharsetUTF8, LogLevel: api.LogLevelSilent,
		})
		if len(out.Errors) > 0 {
			return nil, consent.Fail(consent.Invalid, "the styles do not compile: "+out.Errors[0].Text, "report this to the maintainers, with the site document")
		}
		// The script makes important what ends with a semicolon: all of it, but for
		// the size of a placeholder, which the page may set.
		sheets = append(sheets, regexp.MustCompile(`([^{}])}`).ReplaceAllString(strings.TrimSpace(string(out.Code)), "$1;}"))
	}
	if len(site.Vendors) > 0 {
		sheets[len(sheets)-1] += ".lx-embed{width:calc(var(--w,300)*1px)}.lx-embed{min-height:calc(var(--h,150)*1px)}"
	}
	return sheets, nil
}

func join(files []string) (string, error) {
	var css strings.Builder
	for _, f := range files {
		raw, err := fs.ReadFile(snippet.Source(), "ui/css/"+f+".css")
		if err != nil {
			return "", consent.Fail(consent.Invalid, "there is no style "+strconv.Quote(f), "choose a layout of bar, box, modal or corner")
		}
		css.Write(raw)
	}
	return css.String(), nil
}

// shape fills in what is the same in every scheme.
func shape(t *consent.Theme, words map[string]string) *strings.Replacer {
	radius, spacing, border := or(t.Radius, 14), or(t.Spacing, 24), "1px solid var(--l)"
	switch {
	case t.BorderWidth == nil:
	case *t.BorderWidth == 0:
		// Unseen, but for visitors whose system leaves boxes no other edge.
		border = "1px solid #0000"
	default:
		border = pixels(*t.BorderWidth) + " solid var(--l)"
	}
	return strings.NewReplacer(
		"var(--e)", border,
		"calc(var(--r) / 2)", pixels(radius/2), "var(--r)", pixels(radius), "var(--s)", "min("+pixels(spacing)+",4vmin)",
		"var(--f)", font(t), "var(--o)", buttonWidth(words),
	)
}

// buttonWidth is where the buttons of the first layer begin to stand beside
// each other: as wide as the longest of their words, so that the answers stay
// as large as each other and no words go on in a second line for want of a row.
// It is counted in halves of a digit's width: thin letters have one, most have
// two, and the space around the words has five.
func buttonWidth(words map[string]string) string {
	most := 0
	for _, key := range []string{"button.reject", "button.accept", "button.settings"} {
		halves := 5
		for _, r := range words[key] {
			switch {
			case strings.ContainsRune(" fijlrtI.'’", r):
				halves++
			case strings.ContainsRune("mwMWжмшщыюЖМШЩЮ", r):
				halves += 3
			case r >= '⺀':
				halves += 4
			default:
				halves += 2
			}
		}
		most = max(most, halves)
	}
	const least = "112px"
	if most <= 22 {
		return least
	}
	// Where little fits, both answers must be seen at once, in one row.
	return "max(" + least + ",min(" + strconv.FormatFloat(float64(most)/2, 'f', -1, 64) + "ch,100vh - 248px))"
}

func or(n *int, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return *n
}

func font(t *consent.Theme) string { return cmp.Or(t.Font, "system-ui, sans-serif") }

func pixels(n int) string { return strconv.Itoa(n) + "px" }

// coloured gives the theme to styles: what is the same in every scheme stands
// where it is used, the rest is a property of each scheme.
func coloured(t *consent.Theme) (same *strings.Replacer, schemes string) {
	palettes := t.Palettes()
	first, last := palettes[0], palettes[len(palettes)-1]
	names, light, dark := scheme(first), "", ""
	if first.Dark != last.Dark {
		names += " " + scheme(last)
	}
	var fixed []string
	for i, c := range colours(first) {
		if other := colours(last)[i]; other != c {
			light += c[0] + ":" + c[1] + ";"
			dark += other[0] + ":" + other[1] + ";"
		} else {
			fixed = append(fixed, "var("+c[0]+")", c[1])
		}
	}
	schemes = ".lx{" + light + "color-scheme:" + names + "}"
	if dark != "" {
		schemes += "@media(prefers-color-scheme:dark){.lx{" + dark + "}}"
	}
	return strings.NewReplacer(fixed...), schemes
}

func scheme(p consent.Palette) string {
	if p.Dark {
		return "dark"
	}
	return "light"
}

// colours are a palette as custom properties: a the accent, k the text on it, b
// the background, t the text, l lines, m muted text, n what must be told from
// the background. What is derived is the text's colour, let through in part:
// consent.MutedShare and consent.EdgeShare of it.
func colours(p consent.Palette) [7][2]string {
	text := consent.LongColour(p.Text)
	return [...][2]string{{"--a", p.Accent}, {"--k", p.AccentText}, {"--b", p.Background}, {"--t", p.Text}, {"--l", cmp.Or(p.Border, text+"29")}, {"--m", text + "bd"}, {"--n", text + "80"}}
}
