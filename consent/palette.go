package consent

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Palette is what a theme comes to in one scheme, every colour filled in but
// for a border that follows from the text.
type Palette struct {
	// Dark says that it is the palette of dark schemes.
	Dark bool
	Colours
}

// Palettes returns the palettes that visitors may see, the light one first.
func (t *Theme) Palettes() []Palette {
	light := Palette{Colours: Colours{t.Accent, t.AccentText, t.Background, t.Text, t.Border}.
		or(Colours{Accent: "#2347d9", Background: "#ffffff", Text: "#141824"})}
	own := Colours{Accent: t.Accent, AccentText: t.AccentText}
	if t.Dark != nil {
		own = *t.Dark
	}
	dark := Palette{Dark: true, Colours: own.or(Colours{Accent: "#9db4ff", Background: "#171a23", Text: "#eef0f6"})}
	switch t.Scheme {
	case "dark":
		return []Palette{dark}
	case "light":
		return []Palette{light}
	default:
		return []Palette{light, dark}
	}
}

// or fills in what is left open. The text on the accent is black or white,
// whichever stands out more.
func (c Colours) or(built Colours) Colours {
	out := c
	out.Accent, out.Background, out.Text = cmp.Or(c.Accent, built.Accent), cmp.Or(c.Background, built.Background), cmp.Or(c.Text, built.Text)
	if out.AccentText == "" {
		out.AccentText = "#fff"
		if luminance(rgbOf(out.Accent)) > .179 {
			out.AccentText = "#000"
		}
	}
	return out
}

// MutedShare is how much of the text's colour muted text lets through, and
// EdgeShare how much the edges of controls do.
const (
	MutedShare = 0xbd / 255.
	EdgeShare  = 0x80 / 255.
)

// Contrast is the contrast ratio of WCAG 2 between two colours, of which the
// first lets through its share of itself: 1 to 21.
func Contrast(colour string, share float64, background string) float64 {
	front, back := rgbOf(colour), rgbOf(background)
	for i := range front {
		front[i] = front[i]*share + back[i]*(1-share)
	}
	a, b := luminance(front), luminance(back)
	return (max(a, b) + .05) / (min(a, b) + .05)
}

// LongColour writes a colour with six digits.
func LongColour(s string) string {
	c := rgbOf(s)
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

func rgbOf(s string) [3]float64 {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		return [3]float64{}
	}
	return [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

func luminance(c [3]float64) float64 {
	linear := func(x float64) float64 {
		x /= 255
		if x <= .04045 {
			return x / 12.92
		}
		return math.Pow((x+.055)/1.055, 2.4)
	}
	return .2126*linear(c[0]) + .7152*linear(c[1]) + .0722*linear(c[2])
}
