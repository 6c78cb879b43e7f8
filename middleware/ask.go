package middleware

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// visitor is what the server is told about who asks.
type visitor struct {
	cookies []*http.Cookie
	gpc     []string
	place   string
	// account names who is logged in. It stands in place of the cookies.
	account string
}

func (g *Gate) visitorOf(r *http.Request) visitor {
	v := visitor{gpc: r.Header.Values("Sec-GPC")}
	// All cookies of a name are sent on: the server refuses two that differ.
	v.cookies = append(r.CookiesNamed("lx_consent"), r.CookiesNamed("lx_subject")...)
	if g.o.Place != nil {
		v.place = g.o.Place(r)
	}
	if g.o.ExternalID != nil {
		v.account = g.o.ExternalID(r)
	}
	return v
}

// addTo lets a request speak for the visitor.
func (v visitor) addTo(req *http.Request) {
	for _, c := range v.cookies {
		req.AddCookie(c)
	}
	if len(v.gpc) > 0 {
		req.Header["Sec-Gpc"] = v.gpc
	}
}

// question asks about purposes and about cookies that are about to be set.
type question struct{ purposes, cookies []string }

func (q question) size() int { return len(q.purposes) + len(q.cookies) }

// decision is one of the server's answers, in the order of the question.
type decision struct {
	Cookie string     `json:"cookie"`
	Allow  bool       `json:"allow"`
	Reason string     `json:"reason"`
	Until  *time.Time `json:"until"`
}

// answer holds the decisions; nil when there is none, which denies.
type answer []decision

func (a answer) allows(i int) bool { return i < len(a) && a[i].Allow }

// answer asks about the visitor and, when somebody is logged in, about their
// account: what either of them refuses is refused. It never fails: no answer is
// an answer that denies.
func (g *Gate) answer(ctx context.Context, v visitor, q question) answer {
	ctx, cancel := context.WithTimeout(ctx, g.o.Timeout)
	defer cancel()
	if v.account == "" {
		return g.one(ctx, v, q)
	}
	browser := v
	browser.account, v.cookies = "", nil
	a := g.one(ctx, v, q)
	if len(browser.cookies) == 0 || len(a) == 0 {
		return a
	}
	b := g.one(ctx, browser, q)
	both := make(answer, min(len(a), len(b)))
	for i := range both {
		if both[i] = a[i]; a[i].Allow {
			both[i] = b[i]
		}
	}
	return both
}

// one asks the server, or the cache.
func (g *Gate) one(ctx context.Context, v visitor, q question) answer {
	key, asked := keyOf(v, q), g.o.Clock()
	if a, ok := g.cache.get(key, asked); ok {
		return a
	}
	a, err := g.ask(ctx, v, q)
	if err != nil {
		return nil
	}
	end := asked.Add(g.o.CacheFor)
	for _, d := range a {
		if d.Until != nil && d.Until.Before(end) {
			end = *d.Until
		}
	}
	g.cache.put(key, a, asked, end)
	return a
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

func (g *Gate) ask(ctx context.Context, v visitor, q question) (answer, error) {
	req, err := g.request(ctx, v, q)
	if err != nil {
		return nil, err
	}
	res, err := g.o.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the consent server answered %d", res.StatusCode)
	}
	var out struct {
		Site      string `json:"site"`
		Decisions answer `json:"decisions"`
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errors.New("the answer does not end")
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	if out.Site != g.o.Site || len(out.Decisions) != q.size() {
		return nil, errors.New("the answer is not about the question")
	}
	for i := range out.Decisions {
		d := &out.Decisions[i]
		if n := i - len(q.purposes); n >= 0 && d.Cookie != q.cookies[n] {
			return nil, errors.New("the answer is about another cookie")
		}
		d.Allow = d.Allow && g.believes(d.Reason)
	}
	return out.Decisions, nil
}

// believes reports whether an allowance for a reason is one for the visitor.
// Without a token the server judges what was never answered by where the
// caller is; this program's place says nothing about the visitor's.
func (g *Gate) believes(reason string) bool {
	return g.o.Token != "" || reason == "granted" || reason == "necessary"
}

func (g *Gate) request(ctx context.Context, v visitor, q question) (*http.Request, error) {
	u := *g.check
	u.RawQuery = url.Values{"site": {g.o.Site}, "purpose": q.purposes, "cookie": q.cookies}.Encode()
	if v.account != "" {
		u.RawQuery += "&external_id=" + url.QueryEscape(v.account)
	}
	if v.place != "" {
		u.RawQuery += "&place=" + url.QueryEscape(v.place)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	v.addTo(req)
	if g.o.Token != "" {
		req.Header.Set("Authorization", "Bearer "+g.o.Token)
	}
	return req, nil
}

// key stands for one visitor's question. It is a hash: the cache holds no
// cookies, and a long header costs no more memory than a short one.
type key [sha256.Size]byte

func keyOf(v visitor, q question) key {
	h := sha256.New()
	// Each text goes with its length, each list with its own, so that no two
	// questions look the same.
	add := func(texts ...string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(texts)))
		h.Write(n[:])
		for _, t := range texts {
			binary.BigEndian.PutUint64(n[:], uint64(len(t)))
			h.Write(n[:])
			io.WriteString(h, t)
		}
	}
	add(v.place, v.account)
	add(v.gpc...)
	add(q.purposes...)
	add(q.cookies...)
	for _, c := range v.cookies {
		add(c.Name, c.Value)
	}
	return key(h.Sum(nil))
}
