package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestScriptNamesWhatItShows(t *testing.T) {
	t.Parallel()
	s := start(t)
	tags := map[string]string{}
	for _, c := range []struct{ query, regime, locale string }{
		{"?place=FR&lang=fr", "fr", "fr"},
		{"?place=FR&lang=de", "fr", "de"},
		{"?place=US-CA&lang=en", "us-ca", "en"},
		{"", "unknown", "en"},
	} {
		a := s.do(http.MethodGet, "/s/demo.js"+c.query, "", header("Accept-Encoding", "br"))
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Consent-Regime"), c.regime) || a.header.Get("Consent-Locale") != c.locale || a.header.Get("Consent-Edition") != "1" {
			t.Errorf("%s: %d %v", c.query, a.status, a.header)
		}
		if a.header.Get("Content-Encoding") != "br" || a.header.Get("Cache-Control") != "private, max-age=60, stale-while-revalidate=600" {
			t.Errorf("%s: %v", c.query, a.header)
		}
		if len(a.header["Set-Cookie"]) > 0 {
			t.Errorf("%s sets a cookie", c.query)
		}
		tag := a.header.Get("ETag")
		if other, ok := tags[tag]; ok {
			t.Errorf("%s and %s share the tag %s", c.query, other, tag)
		}
		tags[tag] = c.query
		if b := s.do(http.MethodGet, "/s/demo.js"+c.query, "", header("Accept-Encoding", "br"), header("If-None-Match", tag)); b.status != http.StatusNotModified {
			t.Errorf("%s: %d with its own tag", c.query, b.status)
		}
		if b := s.do(http.MethodGet, "/s/demo.js"+c.query, "", header("Accept-Encoding", "gzip"), header("If-None-Match", tag)); b.status != http.StatusOK || b.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d as gzip with the tag of br", c.query, b.status)
		}
	}
	a := s.do(http.MethodGet, "/s/nowhere.js", "")
	if a.status != http.StatusNotFound || !strings.HasPrefix(string(a.body), "console.warn(") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("an unknown site: %d %s", a.status, a.body)
	}
}

func TestHeadersOfAnUntrustedPeerChangeNothing(t *testing.T) {
	t.Parallel()
	s := start(t, "--geo-headers", "cloudflare")
	plain := s.do(http.MethodGet, "/s/demo.js", "")
	for _, h := range [][2]string{
		{"X-Forwarded-For", "198.51.100.7"}, {"Forwarded", "for=198.51.100.7"}, {"X-Real-IP", "198.51.100.7"},
		{"CF-IPCountry", "US"}, {"CF-Region-Code", "WA"}, {"X-Forwarded-Proto", "https"},
	} {
		a := s.do(http.MethodGet, "/s/demo.js", "", header(h[0], h[1]))
		if a.header.Get("Consent-Regime") != plain.header.Get("Consent-Regime") || a.header.Get("ETag") != plain.header.Get("ETag") {
			t.Errorf("%s changed the script: %v", h[0], a.header)
		}
		if a.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s was believed", h[0])
		}
	}
	trusting := start(t, "--geo-headers", "cloudflare", "--trusted-proxies", "127.0.0.0/8")
	if a := trusting.do(http.MethodGet, "/s/demo.js", "", header("CF-IPCountry", "DE")); !strings.HasPrefix(a.header.Get("Consent-Regime"), "de") {
		t.Errorf("a trusted peer's header must count: %v", a.header)
	}
	// The operator hears of what may be a proxy that was forgotten.
	for where, want := range map[*server]int{s: 1, trusting: 0} {
		if got := strings.Count(where.log.String(), "speaks for visitors"); got != want || strings.Contains(where.log.String(), "198.51.100") {
			t.Errorf("it is told %d times, want %d:\n%s", got, want, where.log)
		}
	}
}

func TestCheckAndGateBeforeAndAfterAChoice(t *testing.T) {
	t.Parallel()
	s := start(t)
	gate := func(opts ...option) (int, string) {
		a := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics", "", opts...)
		return a.status, a.header.Get("Consent-Decision")
	}
	if allow, why := s.decision("analytics"); allow || why != "no-record" {
		t.Errorf("without a credential: %v %s", allow, why)
	}
	if allow, why := s.decision("necessary"); !allow || why != "necessary" {
		t.Errorf("necessary: %v %s", allow, why)
	}
	if allow, why := s.decision("spying"); allow || why != "unknown-purpose" {
		t.Errorf("unknown purpose: %v %s", allow, why)
	}
	if st, d := gate(); st != http.StatusForbidden || !strings.HasPrefix(d, "deny;") {
		t.Errorf("gate before: %d %s", st, d)
	}
	if allow, why := s.decision("analytics&place=US-CA"); !allow || why != "not-objected" {
		t.Errorf("a simulated visitor of the demo: %v %s", allow, why)
	}
	if a := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics&place=US-CA", ""); a.status != http.StatusForbidden {
		t.Errorf("a proxy has no simulated visitors: %d", a.status)
	}
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	value, subject := a.text(t, "consent"), a.text(t, "subject")
	if st, d := gate(cookie("lx_consent", value)); st != http.StatusOK || d != "allow; purpose=analytics; level=1; reason=granted" {
		t.Errorf("gate after: %d %s", st, d)
	}
	for query, want := range map[string]bool{"gpc=1": false, "gpc=true": false, "gpc=yes": false, "gpc=0&gpc=1": false, "minor=on": false, "gpc=0": true, "gpc=false": true, "minor=": true} {
		if allow, why := s.decision("marketing&"+query, cookie("lx_consent", value)); allow != want {
			t.Errorf("marketing with %s: %v %s", query, allow, why)
		}
	}
	if allow, why := s.decision("statistics", cookie("lx_consent", value)); !allow {
		t.Errorf("an alias of analytics: %s", why)
	}
	if n := s.do(http.MethodGet, "/v1/notice?site=demo", ""); !strings.Contains(string(n.body), `"vendors":["youtube"]`) {
		t.Errorf("the notice must name vendors as checks take them: %s", n.body)
	}
	c := s.do(http.MethodGet, "/v1/check?site=demo&cookie=_ga&vendor=youtube", "", cookie("lx_consent", value))
	if strings.Count(string(c.body), `"allow":true`) != 2 {
		t.Errorf("cookie and vendor: %s", c.body)
	}
	// The operator may ask about a subject; a wrong key is 401.
	id := strings.Split(subject, ".")[2]
	for name, c := range map[string]struct {
		subject string
		allow   bool
	}{"an id": {id, true}, "a token": {subject, true}, "a forged token": {subject[:len(subject)-2] + "AA", false}} {
		if allow, why := s.decision("analytics&subject="+c.subject, operator); allow != c.allow {
			t.Errorf("by %s: %s", name, why)
		}
		if b := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo","purpose":"analytics","subject":"`+c.subject+`"}]}`, operator); strings.Contains(string(b.body), `"allow":true`) != c.allow {
			t.Errorf("a batch by %s: %s", name, b.body)
		}
	}
	for _, method := range []string{http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodTrace, "PROPFIND"} {
		if a := s.do(method, "/v1/gate?site=demo&purpose=analytics", "", cookie("lx_consent", value)); a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s at the gate: %d", method, a.status)
		}
	}
	if st, _ := gate(header("Authorization", "Bearer wrong")); st != http.StatusUnauthorized {
		t.Errorf("a wrong key: %d", st)
	}
	if b := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo","purpose":"analytics","subject":"`+id+`"},{"site":"demo","purpose":"analytics"},{"site":"nowhere","purpose":"analytics"}]}`, operator); b.status != http.StatusOK ||
		strings.Count(string(b.body), `"allow":true`) != 1 || !strings.Contains(string(b.body), "unknown-site") {
		t.Errorf("batch: %d %s", b.status, b.body)
	}
	for name, args := range map[string][]option{"nobody": nil, "the operator": {operator}} {
		for query, want := range map[string]string{
			"site=nowhere&purpose=analytics&vendor=v&cookie=c": `{"site":"nowhere","edition":0,"regime":"","decisions":[{"purpose":"analytics","allow":false,"level":0,"reason":"unknown-site","basis":"","until":null},` +
				`{"purpose":"","vendor":"v","allow":false,"level":0,"reason":"unknown-site","basis":"","until":null},{"purpose":"","cookie":"c","allow":false,"level":0,"reason":"unknown-site","basis":"","until":null}]}` + "\n",
			"purpose=necessary": `{"site":"","edition":0,"regime":"","decisions":[{"purpose":"necessary","allow":false,"level":0,"reason":"unknown-site","basis":"","until":null}]}` + "\n",
		} {
			if a := s.do(http.MethodGet, "/v1/check?"+query, "", args...); a.status != http.StatusOK || string(a.body) != want {
				t.Errorf("%s asks for %s: %d %s", name, query, a.status, a.body)
			}
			if a := s.do(http.MethodGet, "/v1/gate?"+query, "", args...); a.status != http.StatusForbidden || !strings.Contains(a.header.Get("Consent-Decision"), "; reason=unknown-site") {
				t.Errorf("%s asks the gate for %s: %d %s", name, query, a.status, a.header.Get("Consent-Decision"))
			}
		}
	}
	if b := s.do(http.MethodPost, "/v1/check", `{"asks":[]}`); b.status != http.StatusUnauthorized {
		t.Errorf("a batch without a key: %d", b.status)
	}
}

func TestForgedAndCutTokensDeny(t *testing.T) {
	t.Parallel()
	s := start(t)
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	value, subject := a.text(t, "consent"), a.text(t, "subject")
	check := func(what string, opts ...option) {
		t.Helper()
		if allow, why := s.decision("analytics", opts...); allow {
			t.Errorf("%s was believed: %s", what, why)
		}
		if g := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics", "", opts...); g.status != http.StatusForbidden {
			t.Errorf("%s: the gate answered %d", what, g.status)
		}
	}
	flip := func(s string, i int) string {
		b := []byte(s)
		if b[i] == 'B' {
			b[i] = 'C'
		} else {
			b[i] = 'B'
		}
		return string(b)
	}
	for i := range value {
		check("consent forged at byte "+value[i:], cookie("lx_consent", flip(value, i)))
		check("consent cut to "+value[:i], cookie("lx_consent", value[:i]))
	}
	for i := range subject {
		check("subject forged at byte "+subject[i:], cookie("lx_subject", flip(subject, i)))
		check("subject forged beside a good consent", cookie("lx_subject", flip(subject, i)), cookie("lx_consent", value))
		check("subject cut to "+subject[:i], cookie("lx_subject", subject[:i]))
	}
	other := start(t)
	b := other.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
	check("a consent of another server", cookie("lx_consent", b.text(t, "consent")))
	check("a subject of another server", cookie("lx_subject", b.text(t, "subject")))
	// A neighbour under the same domain may set a second one, of its own visit.
	theirs := s.write(write{"id": id(2), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	check("two subjects", cookie("lx_subject", subject), cookie("lx_subject", theirs))
	check("two subjects beside a good consent", cookie("lx_subject", theirs), cookie("lx_subject", subject), cookie("lx_consent", value))
	check("two different consents", cookie("lx_consent", value), cookie("lx_consent", flip(value, 5)))
}

func TestAPageHoldsTheBannerUnlessTheCookieHoldsAValidChoice(t *testing.T) {
	t.Parallel()
	s := start(t)
	signed := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent")
	elsewhere := start(t).write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "consent")
	unsigned := strings.Replace(signed[:strings.LastIndex(signed, ".")+1], "k1", "-", 1)
	for value, banner := range map[string]bool{
		"": true, "x": true, signed: false, unsigned: false, elsewhere: true,
		strings.Replace(signed, "analytics:1", "analytics:0", 1): true,
		strings.Replace(signed, "k1", "k2", 1):                   true,
		unsigned + "AAAAAAAAAAAAAAAAAAAAAA":                      true,
	} {
		a := s.do(http.MethodGet, "/v1/inline/demo", "", cookie("lx_consent", value))
		if a.status != http.StatusOK || strings.Contains(string(a.body), "data-lx-action") != banner {
			t.Errorf("the cookie %q: %d and %d bytes, want the banner: %t", value, a.status, len(a.body), banner)
		}
	}
}

func TestChoicesSurviveARestart(t *testing.T) {
	t.Parallel()
	onEachStore(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		first := startIn(t, dir, flags...)
		note := first.note("FR")
		a := first.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll})
		first.stop()
		// The same address again: the demo's origins hold the port.
		again := startIn(t, dir, append(flags, "--listen", strings.TrimPrefix(first.url, "http://"))...)
		if allow, why := again.decision("analytics", cookie("lx_subject", a.text(t, "subject"))); !allow {
			t.Errorf("analytics: %s", why)
		}
		if got := again.note("FR"); got != note {
			t.Errorf("the note changed from %s to %s", note, got)
		}
		if e := again.do(http.MethodGet, "/s/demo.js", "").header.Get("Consent-Edition"); e != "1" {
			t.Errorf("seeding an unchanged site made edition %s", e)
		}
	})
}

func TestGroupChecksTakeTheStrictestPlaceAndTheLowestLevel(t *testing.T) {
	t.Parallel()
	s := start(t)
	subject := func(n byte, levels map[string]int) string {
		a := s.write(write{"id": id(n), "action": "save", "levels": levels})
		return strings.Split(a.text(t, "subject"), ".")[2]
	}
	all, some := subject(1, map[string]int{"recording": 3}), subject(2, map[string]int{"recording": 1})
	for name, c := range map[string]struct {
		ask  string
		want string
	}{
		"the lowest level wins":         {`"purpose":"recording","group":[{"subject":"` + all + `"},{"subject":"` + some + `"}]`, `"allow":true,"level":1`},
		"one who did not answer denies": {`"purpose":"recording","group":[{"subject":"` + all + `"},{}]`, `"allow":false`},
		"a laxer place alone allows":    {`"purpose":"analytics","group":[{"place":"US-WA"},{"place":"US-CA"}]`, `"allow":true`},
		"the strictest place wins":      {`"purpose":"analytics","group":[{"place":"US-WA"},{"place":"FR"}]`, `"allow":false`},
		"one signal stops ads":          {`"purpose":"marketing","group":[{"subject":"` + all + `","gpc":true},{"place":"US-CA"}]`, `"allow":false`},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{t: t, url: s.url}
			a := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo",`+c.ask+`}]}`, operator)
			if a.status != http.StatusOK || !strings.Contains(string(a.body), c.want) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	if a := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo","purpose":"recording","place":"FR","group":[{}]}]}`, operator); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a place beside a group: %d %s", a.status, a.body)
	}
}

func TestASiteAndItsSignalsCanOnlyTighten(t *testing.T) {
	t.Parallel()
	s := start(t)
	// In Washington analytics runs without asking; on a sensitive page it waits.
	if allow, why := s.decision("analytics&place=US-WA"); !allow {
		t.Errorf("analytics: %s", why)
	}
	if allow, why := s.decision("analytics&place=US-WA&sensitive=1"); allow {
		t.Errorf("analytics on a sensitive page: %s", why)
	}
	// The law there only asks notice for ads; the site asks a grant.
	if allow, why := s.decision("marketing&place=US-WA"); allow || why != "no-record" {
		t.Errorf("marketing: %v %s", allow, why)
	}
	a := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll, "note": s.note("US-WA")})
	if allow, why := s.decision("marketing&minor=1", cookie("lx_consent", a.text(t, "consent"))); allow || why != "minor" {
		t.Errorf("marketing for a minor who accepted all: %v %s", allow, why)
	}
	// A site cannot be laxer than the law, whatever its document says.
	lax := edit(t, example("leadiumx.json"), func(m map[string]any) {
		m["id"] = "lax"
		m["stricter"] = []any{map[string]any{"modes": map[string]any{"analytics": "notice", "ads": "notice", "sale_share": "notice"}}}
	})
	if st, out := s.command("site", "apply", "-f", lax); st != 0 {
		t.Fatal(out)
	}
	c := s.do(http.MethodGet, "/v1/check?site=lax&purpose=analytics&purpose=marketing&place=FR", "", operator)
	if strings.Contains(string(c.body), `"allow":true`) {
		t.Errorf("a laxer document: %s", c.body)
	}
}

func TestABatchHoldsAThousandOfTheLongestNames(t *testing.T) {
	t.Parallel()
	s := start(t)
	ask := `{"site":"demo","purpose":"analytics","place":"US-CA","external_id":"` + strings.Repeat("x", 256) + `"},`
	for n, want := range map[int]int{1000: http.StatusOK, 1001: http.StatusUnprocessableEntity} {
		a := s.do(http.MethodPost, "/v1/check", `{"asks":[`+strings.TrimSuffix(strings.Repeat(ask, n), ",")+`]}`, operator)
		if a.status != want || n == 1000 && strings.Count(string(a.body), `"not-objected"`) != n {
			t.Errorf("%d asks: %d %.200s", n, a.status, a.body)
		}
	}
}

func TestWhoeverANameCannotBeIsDeniedInEveryWayOfAsking(t *testing.T) {
	t.Parallel()
	s := start(t)
	long := strings.Repeat("x", 257)
	for query, who := range map[string]string{
		"subject=x":                        `"subject":"x"`,
		"subject=x.y":                      `"subject":"x.y"`,
		"external_id=" + long:              `"external_id":"` + long + `"`,
		"external_id=ann&subject=" + id(1): `"external_id":"ann","subject":"` + id(1) + `"`,
	} {
		one := s.do(http.MethodGet, "/v1/check?site=demo&purpose=analytics&place=US-FL&"+query, "", operator)
		batch := s.do(http.MethodPost, "/v1/check", `{"asks":[{"site":"demo","purpose":"analytics","place":"US-FL",`+who+`}]}`, operator)
		for _, a := range []answer{one, batch} {
			if a.status != http.StatusOK || !strings.Contains(string(a.body), `"allow":false,"level":0,"reason":"bad-token"`) {
				t.Errorf("%s: %d %s", query, a.status, a.body)
			}
		}
		g := s.do(http.MethodGet, "/v1/gate?site=demo&purpose=analytics&"+query, "", operator)
		if d := g.header.Get("Consent-Decision"); g.status != http.StatusForbidden || d != "deny; purpose=analytics; level=0; reason=bad-token" {
			t.Errorf("%s: the gate says %d %s", query, g.status, d)
		}
	}
}

func TestASchemeOfAuthorizationIsReadInAnyCase(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.write(write{"id": id(1), "action": "accept_all", "levels": acceptAll}).text(t, "subject")
	for path, value := range map[string]string{"/v1/sites": "bearer  " + apiToken, "/v1/consents/me?site=demo": "CONSENT " + token} {
		if a := s.do(http.MethodGet, path, "", header("Authorization", value)); a.status != http.StatusOK {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestAPageReadsWhyItsRequestWasRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	page := fromPage(s.url)
	for name, a := range map[string]answer{
		"the notice of no site":   s.do(http.MethodGet, "/v1/notice?site=nowhere", "", page),
		"a linking that is none":  s.do(http.MethodPost, "/v1/identify", "{", page),
		"a choice that is none":   s.do(http.MethodPost, "/v1/consents", "{", page),
		"records without a token": s.do(http.MethodGet, "/v1/consents/me?site=demo", "", page),
		"an erasure without one":  s.do(http.MethodDelete, "/v1/consents/me?site=demo", "", page),
	} {
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" && got != s.url || a.status < 400 {
			t.Errorf("%s: %d, readable by %q", name, a.status, got)
		}
		if strings.Contains(string(a.body), `\u00`) {
			t.Errorf("%s: the words hold escapes: %s", name, a.body)
		}
	}
}
