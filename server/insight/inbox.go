package insight

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// State says what became of a name that was met.
type State string

// The states of a name. New ones are only listed: nothing is filed by itself.
const (
	IsNew     State = "new"
	IsFiled   State = "filed"
	IsIgnored State = "ignored"
)

const (
	kindInbox = "inbox"
	// maxNames bounds the names of one site, maxName the length of one. Of very
	// long ones fewer have room.
	maxNames = 2000
	maxName  = 64
)

// entry is a name as it is stored; a document holds all of a site.
type entry struct {
	Name  string `json:"n"`
	Kind  string `json:"k,omitempty"`
	First string `json:"f"`
	Last  string `json:"l"`
	State State  `json:"s,omitempty"`
}

// takes is the most that an entry takes of its document, whatever becomes of it.
func (e *entry) takes() int {
	return len(e.Name) + len(`{"n":"","k":"session","f":"2026-12-01","l":"2026-12-01","s":"ignored"},`)
}

// encode writes names as they are: they hold nothing that JSON must escape, and
// with <, > and & in six letters each a few hundred would fill the document.
func encode(list []entry) ([]byte, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	err := to.Encode(list)
	return b.Bytes(), err
}

// Item is a name that pages hold and nobody declared.
type Item struct {
	Name string `json:"name"`
	// Kind is cookie, local or session.
	Kind string `json:"kind" enum:"cookie,local,session"`
	// First and Last are the days on which it was met.
	First string `json:"first"`
	Last  string `json:"last"`
	State State  `json:"state" enum:"new,filed,ignored"`
	// Suggestion is what is known of the name, if anything is.
	Suggestion *Known `json:"suggestion,omitempty"`
}

var (
	fits = regexp.MustCompile(`^[A-Za-z0-9_.!$%&'*+^|~@#()/ \[\]-]+$`)
	// runs are parts of a name that may tell one visitor from another.
	runs = regexp.MustCompile(`[0-9]{5,}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{20,}|[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}|[A-Za-z0-9]{32,}`)
)

// plainName takes out of a name what may belong to one visitor, and refuses
// what is no name.
func plainName(s string) (string, bool) {
	if s == "" || len(s) > 4*maxName || !fits.MatchString(s) {
		return "", false
	}
	s = runs.ReplaceAllString(s, "*")
	for strings.Contains(s, "**") {
		s = strings.ReplaceAll(s, "**", "*")
	}
	return s, s != "*" && len(s) <= maxName
}

func kindOf(s string) string {
	if s == "local" || s == "session" {
		return s
	}
	return "cookie"
}

func (d *Desk) readInbox(ctx context.Context, site string) (list []entry, version int64, err error) {
	doc, err := d.o.Store.Document(ctx, kindInbox, site)
	if consent.CodeOf(err) == consent.NotFound {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if err := json.Unmarshal(doc.Body, &list); err != nil {
		return nil, 0, fmt.Errorf("read the inbox: %w", err)
	}
	return list, doc.Version, nil
}

// changeInbox changes the names of a site. change reports whether it did.
func (d *Desk) changeInbox(ctx context.Context, site string, change func([]entry) ([]entry, bool, error)) error {
	for range 5 {
		list, version, err := d.readInbox(ctx, site)
		if err != nil {
			return err
		}
		list, changed, err := change(list)
		if err != nil || !changed {
			return err
		}
		body, err := encode(list)
		if err != nil {
			return fmt.Errorf("encode the inbox: %w", err)
		}
		_, err = d.o.Store.PutDocument(ctx, consent.Document{Kind: kindInbox, ID: site, Version: version, Body: body})
		if consent.CodeOf(err) != consent.Conflict {
			return err
		}
	}
	return consent.Fail(consent.Conflict, "others change the inbox at this moment", "try again")
}

// meet adds names to a site's inbox, up to its bound.
func (d *Desk) meet(ctx context.Context, site string, found map[string]string) error {
	today := d.o.Clock().UTC().Format(time.DateOnly)
	return d.changeInbox(ctx, site, func(list []entry) ([]entry, bool, error) {
		changed, room := false, consent.MaxDocument-len("[]\n")
		// It may have to be done again, so what was found is left as it is.
		news := maps.Clone(found)
		for i := range list {
			room -= list[i].takes()
			if _, again := news[list[i].Name]; again {
				changed = changed || list[i].Last != today
				list[i].Last = today
				delete(news, list[i].Name)
			}
		}
		for name, kind := range news {
			e := entry{Name: name, Kind: kind, First: today, Last: today}
			if room -= e.takes(); len(list) >= maxNames || room < 0 {
				break
			}
			list, changed = append(list, e), true
		}
		return list, changed, nil
	})
}

// Inbox lists the names of a site that are not declared in its document: new
// ones first, then by name.
func (d *Desk) Inbox(ctx context.Context, site *consent.Site) ([]Item, error) {
	list, _, err := d.readInbox(ctx, site.ID)
	if err != nil {
		return nil, err
	}
	known, err := Cookies()
	if err != nil {
		return nil, err
	}
	items := []Item{}
	for _, e := range list {
		i := Item{Name: e.Name, Kind: kindOf(e.Kind), First: e.First, Last: e.Last, State: e.State, Suggestion: Suggest(known, e.Name)}
		if i.State == "" {
			i.State = IsNew
		}
		if _, declared := site.CookieNamed(e.Name); declared {
			i.State = IsFiled
		}
		items = append(items, i)
	}
	order := map[State]int{IsNew: 0, IsFiled: 1, IsIgnored: 2}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(order[a.State]-order[b.State], strings.Compare(a.Name, b.Name))
	})
	return items, nil
}

// Mark sets what became of a name. Errors: NotFound.
func (d *Desk) Mark(ctx context.Context, site, name string, state State) error {
	return d.changeInbox(ctx, site, func(list []entry) ([]entry, bool, error) {
		for i := range list {
			if list[i].Name == name {
				list[i].State = state
				return list, true, nil
			}
		}
		return nil, false, consent.Fail(consent.NotFound, "the inbox has no such name", "list the inbox again")
	})
}
