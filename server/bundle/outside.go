package bundle

import "strings"

// link is what every page leads to the choices with, where a law wants words
// of its own.
func (v *viewer) link() []any {
	if v.owed.link == "" {
		return nil
	}
	if v.owed.icon {
		return []any{v.words[v.owed.link], optOut()}
	}
	return []any{v.words[v.owed.link]}
}

// reopen is the small button that opens the preferences again, or the link
// that a law wants, with the state of the opt-out.
func (v *viewer) reopen() tree {
	if words := v.link(); words != nil {
		box := el(ours, attributes{"id": "lx-reopen", "class": "lx", "lang": v.in.Locale, "dir": Dir(v.in.Locale), "style": pins("flex;position:fixed")},
			el("button", attributes{"data-lx-action": "settings", "style": pins("flex")}, words...))
		if v.owed.status && v.status() != "" {
			box = append(box, el("small", attributes{"role": "status"}, v.status()))
		}
		return box
	}
	name := v.words["prefs.reopen"]
	return el("button", attributes{
		"id": "lx-reopen", "class": "lx", "data-lx-action": "settings", "aria-label": name, "title": name, "lang": v.in.Locale,
		"style": pins("block;position:fixed"),
	})
}

// embed stands in the place of a frame that waits.
func (v *viewer) embed() tree {
	offer := func(action, key string) tree {
		b := button(action, strings.ReplaceAll(v.words[key], "{vendor}", gap))
		// It may stand in a form of the page.
		b[1].(attributes)["type"] = "button"
		return b
	}
	return el("div", attributes{"class": "lx lx-embed", "lang": v.in.Locale, "dir": Dir(v.in.Locale)},
		el("p", nil, strings.ReplaceAll(v.words["embed.body"], "{vendor}", gap)), offer("once", "embed.once"), offer("always", "embed.always"))
}

// live is where a choice is said to be taken, for visitors who hear a page: it is
// in the page before it says so, and nothing of it is seen.
func (v *viewer) live() tree {
	return el(ours, attributes{"lang": v.in.Locale, "role": "status", "style": pins("block;position:fixed;clip-path:inset(50%)")})
}
