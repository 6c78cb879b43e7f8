package bundle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// A tree is what the visitor sees: a tag, its attributes, and children that
// are trees or texts. The script makes elements of it, texts becoming text
// nodes.
type tree []any

type attributes map[string]any

func el(tag string, a attributes, children ...any) tree { return append(tree{tag, a}, children...) }

// oneLine keeps line ends and tabs, which part a tree, out of a text.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(text)
}

// gap stands for words that are known in the page alone. Nobody writes it.
const gap = "\x00"

// lines writes a tree as grow.ts reads it.
func (t tree) lines() string {
	var b strings.Builder
	var write func(t tree)
	write = func(t tree) {
		a, children := t[1].(attributes), t[2:]
		fmt.Fprintf(&b, "%s\t", t[0])
		// The words that it begins with stand in the same line.
		for len(children) > 0 {
			words, ok := children[0].(string)
			if !ok {
				break
			}
			b.WriteString(oneLine(words))
			children = children[1:]
		}
		if p, ok := a["style"].(pins); ok {
			b.WriteString("\t" + string(p))
		}
		b.WriteString("\n")
		for _, name := range slices.SortedFunc(maps.Keys(a), inOrder) {
			if _, style := a[name].(pins); !style {
				fmt.Fprintf(&b, "@\t%s\t%s\n", name, oneLine(fmt.Sprint(a[name])))
			}
		}
		for i, c := range children {
			child, ok := c.(tree)
			if !ok {
				continue
			}
			write(child)
			b.WriteString("\t")
			for _, c := range children[i+1:] {
				words, ok := c.(string)
				if !ok {
					break
				}
				b.WriteString(oneLine(words))
			}
			b.WriteString("\n")
		}
	}
	write(t)
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), gap, "\r")
}

// inOrder puts first, and always alike, what most elements have: this packs better.
func inOrder(a, b string) int {
	common := []string{"role", "dir", "lang", "class", "id"}
	return cmp.Or(slices.Index(common, b)-slices.Index(common, a), strings.Compare(a, b))
}

// pins is how an element is shown, its display and then what else no rule of a
// page may override, not even one in an earlier layer. What is not said stands
// where the page's flow puts it.
type pins string

// ours is the name of an element that no page has: what renders into the body, or makes one page of another,
// takes what bears a common name for its own.
const ours = "lx-consent"

func button(action, label string) tree {
	return el("button", attributes{"data-lx-action": action, "style": pins("block")}, label)
}

// view writes the module of what the visitor sees; the compiler drops what no
// compiled-in branch shows.
func view(in Input, words map[string]string) string {
	v := viewer{
		in: in, site: &in.Edition.Site, words: words,
		shown: law.Present(in.Regime, in.Rules), owed: owes(&in.Edition.Site, in.Regime),
	}
	icon := ""
	if v.owed.icon {
		icon = optOut().lines()
	}
	reopen := ""
	if v.site.Banner.Reopen {
		reopen = v.reopen().lines()
	}
	return constants([][2]string{
		{"link", literal(v.words[v.owed.link])}, {"icon", literal(icon)},
		// In the order of View.
		{"views", literal([]string{reopen, v.banner().lines(), v.preferences().lines()})},
		{"embed", literal(v.embed().lines())}, {"status", literal(v.live().lines())}, {"saved", literal(v.words["prefs.saved"])},
	})
}

type viewer struct {
	in    Input
	site  *consent.Site
	words map[string]string
	shown law.Presentation
	owed  owed
}

// dialog is the frame of banner and preferences. Its heading takes the focus
// when it makes the page wait, so no choice is favoured. Only then it is an element that browsers know as a
// dialog: a page that is not to scroll beside its own, or looks for the first there is, would take a banner for it.
func (v *viewer) dialog(name, title, body string, waits, closes bool, last tree, rows ...any) tree {
	kind, heading := ours, attributes{"tabindex": -1}
	if waits {
		kind, heading["autofocus"] = "dialog", ""
	}
	text := rich(body)
	if v.site.PolicyURL != "" {
		text = append(text, " ", link(v.site.PolicyURL, v.words["banner.policy"]))
		for _, key := range v.owed.beside {
			text = append(text, " · ", link(v.site.PolicyURL, v.words[key]))
		}
	}
	if name == "preferences" {
		if lists(v.site) {
			text = append(text, " ", el("small", nil, el("a", attributes{"href": gap, "target": "_blank"}, v.words["prefs.list"])))
		}
		text = append(text, " ", el("small", nil, v.words["prefs.updated"]))
	}
	// Whoever is asked, or comes back to choose, hears of the change.
	if when := v.words["prefs.upcoming"]; when != "" {
		text = append(text, " ", el("small", nil, when))
	}
	if c := v.site.Controller; name == "preferences" && v.owed.contact {
		text = append(text, " ", el("small", nil, c.Name+" ", el("a", attributes{"href": "mailto:" + c.Email}, c.Email)))
	}
	titled := el("h2", heading, title)
	content := []any{el("p", nil, text...)}
	if honoured := v.status(); honoured != "" {
		content = append(content, el("p", attributes{"role": "status"}, honoured))
	}
	var head []any
	if v.site.Banner.Theme.Logo != "" {
		head = append(head, el("img", attributes{"src": v.site.Banner.Theme.Logo, "alt": ""}))
	}
	box := el(kind, attributes{
		"id": "lx-consent", "class": "lx", "role": "dialog", "aria-label": title, "lang": v.in.Locale, "dir": Dir(v.in.Locale),
		"data-lx-view": name, "style": pins("flex;position:fixed"),
	})
	if name == "banner" {
		box = append(box, el("div", attributes{"style": pins("block")}, slices.Concat(head, []any{titled}, content, rows)...))
	} else {
		// The title stays while the rows scroll.
		box = append(box, titled, el("div", attributes{"style": pins("block")}, append(content, rows...)...))
	}
	box = append(box, el("div", attributes{"style": pins("flex")}, button("reject", v.words["button.reject"]), button("accept", v.words["button.accept"]), last))
	if closes {
		box = append(box, el("button", attributes{
			"data-lx-action": "close", "aria-label": v.words["button.close"], "style": pins("block;position:absolute"),
		}, "×"))
	}
	return box
}

func (v *viewer) banner() tree {
	return v.dialog("banner", v.words["banner.title"], strings.ReplaceAll(v.words["banner.body."+v.shown.Profile], "{waiting}", gap),
		waits(v.site, v.in.Regime), v.shown.CloseButton, button("settings", v.words["button.settings"]), v.recipients()...)
}

func (v *viewer) preferences() tree {
	var rows []any
	for _, r := range v.in.Rules {
		rows = append(rows, v.row(r))
	}
	return v.dialog("preferences", v.words["prefs.title"], v.words["prefs.body"], true, true, button("save", v.words["button.save"]), rows...)
}

// row is one purpose: its switch, which the script marks with the purpose, what it is for, who uses it, and its levels.
func (v *viewer) row(r consent.Rule) tree {
	title := v.words["purpose."+r.ID+".title"]
	label := el("label", nil, el("b", nil, title))
	input := attributes{"type": "checkbox"}
	if r.Necessary {
		label = append(label, el("small", nil, v.words["prefs.always"]))
		input["disabled"] = ""
	}
	row := el("section", nil, append(label, el("input", input)), el("p", nil, rich(v.words["purpose."+r.ID+".description"])...))
	users := el("small", nil, v.words["prefs.used_by"])
	for _, u := range v.site.Vendors {
		if slices.Contains(u.Purposes, r.ID) {
			if len(users) > 3 {
				users = append(users, ",")
			}
			users = append(users, " ", link(u.PolicyURL, u.Name))
		}
	}
	if len(users) > 3 {
		row = append(row, users)
	}
	if p, ok := v.site.Purpose(r.ID); ok && len(p.Levels) > 0 {
		levels := el("select", attributes{"aria-label": title})
		for _, l := range p.Levels {
			levels = append(levels, el("option", nil, v.words["level."+r.ID+"."+l]))
		}
		row = append(row, levels)
	}
	return row
}

// status says that an opt-out is honoured, in the words that the law wants.
func (v *viewer) status() string { return cmp.Or(v.words["optout.honoured"], v.words["gpc.honoured"]) }

// lists reports whether a site has anything to list: what is kept, and who receives data.
func lists(site *consent.Site) bool { return len(site.Cookies)+len(site.Vendors) > 0 }

// recipients names who receives data, where a law wants that up front.
func (v *viewer) recipients() []any {
	if !v.owed.recipients {
		return nil
	}
	names := make([]string, len(v.site.Vendors))
	for i, u := range v.site.Vendors {
		names[i] = u.Name
	}
	return []any{el("p", nil, v.words["prefs.used_by"]+" "+strings.Join(names, newVoice(v.site, v.in.Locale).comma()))}
}

// rich makes children of a text with marks. A link that leads nowhere it may
// is its words.
func rich(text string) []any {
	out := []any{}
	for _, p := range consent.ParseMarkup(text) {
		switch {
		case p.Bold:
			out = append(out, el("b", nil, p.Text))
		case p.URL != "" && consent.LinkAllowed(p.URL):
			out = append(out, el("a", attributes{"href": p.URL, "target": "_blank"}, p.Text))
		default:
			out = append(out, p.Text)
		}
	}
	return out
}

// link leads out of the page; without an address it is its text.
func link(href, text string) any {
	if !strings.HasPrefix(href, "https://") && !strings.HasPrefix(href, "http://") {
		return text
	}
	return el("a", attributes{"href": href, "target": "_blank"}, text)
}
