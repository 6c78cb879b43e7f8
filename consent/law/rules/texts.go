package rules

import (
	"fmt"
	"strings"
)

// texts judges what a visitor of one language reads before the buttons.
func (l *linter) texts(locale string) {
	path := func(key string) string { return "texts." + locale + "." + key }
	for key, text := range l.site.Texts[locale] {
		switch {
		case key == "banner.title" && plain(text) == "":
			l.fail("D29", path(key), "the banner has no name", "Write a title.")
		case key == "banner.policy" && plain(text) == "":
			l.fail("D20", path(key), "the link to the policy has no words", "")
		case strings.HasPrefix(key, "banner.body."):
			l.body(key, path(key), locale, text)
		}
	}
	for i := range l.site.Purposes {
		p := &l.site.Purposes[i]
		title, description := "purpose."+p.ID+".title", "purpose."+p.ID+".description"
		switch s, own := l.say(locale, description); {
		case plain(s) != "":
		case own:
			l.fail("D18", path(description), fmt.Sprintf("the description of %q is taken away", p.ID), "")
		default:
			l.warn("D18", path(description), fmt.Sprintf("nothing says what %q does", p.ID), "")
		}
		if s, _ := l.say(locale, title); plain(s) == "" {
			l.warn("D18", path(title), fmt.Sprintf("the purpose is shown by its id %q", p.ID), "")
		}
		for _, level := range p.Levels {
			key := "level." + p.ID + "." + level
			if s, _ := l.say(locale, key); plain(s) == "" {
				l.warn("D18", path(key), fmt.Sprintf("the level is shown by its id %q", level), "")
			}
		}
	}
}

// body judges words of the site's own that stand for the built-in ones.
func (l *linter) body(key, path, locale, text string) {
	built, ok := l.Words("en")
	if plain(text) == "" {
		l.fail("D18", path, "the banner says nothing", "")
		return
	}
	if !ok {
		return
	}
	for _, list := range []string{"{waiting}", "{running}"} {
		if !strings.Contains(built[key], list) || strings.Contains(text, list) {
			continue
		}
		for i := range l.site.Purposes {
			p := &l.site.Purposes[i]
			title, _ := l.say(locale, "purpose."+p.ID+".title")
			if plain(title) != "" && !strings.Contains(plain(text), plain(title)) && !p.Necessary() {
				l.warn("D18", path, "the text does not name the purposes", "Put "+list+" where they are listed.")
				return
			}
		}
	}
}
