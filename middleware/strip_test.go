package middleware_test

import (
	"net/http"
	"testing"

	"github.com/leadiumx/consent/middleware"
	"github.com/leadiumx/consent/tests/proxy/live"
)

func TestCookiesAreSetOnlyWithConsent(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	yes, no, nobody := s.AcceptAll(), s.RejectAll(), live.Visitor{}
	some := s.Choose(live.Visitor{}, "save", map[string]int{"analytics": 1, "marketing": 0, "functional": 0, "recording": 0})
	gone := s.AcceptAll()
	s.Withdraw(gone)
	strict := func(o *middleware.Options) { o.Strict = true }
	declared := func(o *middleware.Options) {
		o.Cookies = map[string]string{"_hj*": "recording", "*_id": "marketing", "sid": "necessary"}
	}
	for name, c := range map[string]struct {
		visitor live.Visitor
		options func(*middleware.Options)
		set     []string
		want    string
	}{
		"granted cookies are set":                             {yes, nil, []string{"_ga=1", "_fbp=2"}, "_ga _fbp"},
		"refused cookies are not":                             {no, nil, []string{"_ga=1", "_fbp=2"}, ""},
		"without a choice none is set":                        {nobody, nil, []string{"_ga=1", "_fbp=2"}, ""},
		"after a withdrawal the old cookie helps nothing":     {gone, nil, []string{"_ga=1"}, ""},
		"each cookie follows its own purpose":                 {some, nil, []string{"_fbp=2", "_ga=1", "_fbp=3"}, "_ga"},
		"attributes do not hide a cookie":                     {no, nil, []string{"_ga=1; Path=/; Domain=example.com; HttpOnly; SameSite=Lax"}, ""},
		"spaces do not hide a cookie":                         {no, nil, []string{" \t_ga =1", "_ga\t=1"}, ""},
		"line ends do not hide a cookie":                      {no, nil, []string{"\r\n_ga=1"}, ""},
		"an empty value does not hide a cookie":               {no, nil, []string{"_ga="}, ""},
		"nobody declares a cookie without a name":             {yes, nil, []string{"=_ga=1", "_ga", ""}, ""},
		"a name differs by its case, as in browsers":          {no, nil, []string{"_GA=1"}, "_GA"},
		"an unknown cookie gets through":                      {nobody, nil, []string{"session=1", "_ga=1"}, "session"},
		"an unknown cookie does not when strict":              {yes, strict, []string{"session=1", "_ga=1"}, "_ga"},
		"the choice itself is kept, strict or not":            {nobody, strict, []string{"lx_consent=1", "lx_subject=2", "x=3"}, "lx_consent lx_subject"},
		"a deletion gets through":                             {no, strict, []string{"_ga=; Max-Age=0", "_fbp=; Max-Age=-1", "x=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"}, "_ga _fbp x"},
		"a deletion that is taken back is none":               {no, nil, []string{"_ga=1; Max-Age=0; Max-Age=1000"}, ""},
		"a deletion that browsers might not see is none":      {no, nil, []string{"_ga=1; Max-Age=-1x", "_ga=1; Expires=never", "_ga=1; Max-Age=0; odd=\x00"}, ""},
		"a life in spite of a date in the past is none":       {no, nil, []string{"_ga=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=1000"}, ""},
		"cookies that the caller declares, granted":           {yes, declared, []string{"_hjSession=1", "ad_id=2"}, "_hjSession ad_id"},
		"cookies that the caller declares, refused":           {some, declared, []string{"_hjSession=1", "ad_id=2", "_ga=3"}, "_ga"},
		"a cookie that fits two patterns needs both purposes": {s.Choose(live.Visitor{}, "save", map[string]int{"recording": 3, "marketing": 0, "analytics": 0, "functional": 0}), declared, []string{"_hj_id=1", "_hjx=2"}, "_hjx"},
		"what the caller calls necessary is set":              {no, declared, []string{"sid=1"}, "sid"},
		"a purpose that the site does not have denies":        {yes, func(o *middleware.Options) { o.Cookies = map[string]string{"_ga": "spying"} }, []string{"_ga=1"}, ""},
		"what is kept is kept":                                {no, func(o *middleware.Options) { o.Strict, o.Keep = true, []string{"sess*", "_g*a"} }, []string{"session=1", "_ga=2", "_gab=3"}, "session _ga"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for _, line := range c.set {
					w.Header().Add("Set-Cookie", line)
				}
				w.Header().Set("X-Other", "stays")
				w.WriteHeader(http.StatusAccepted)
				w.Write([]byte("body"))
			})
			res, body := serve(t, gate(t, s.URL, c.options).Strip(h), c.visitor)
			if got := names(res.Header); got != c.want {
				t.Errorf("set %q, want %q", got, c.want)
			}
			if res.StatusCode != http.StatusAccepted || body != "body" || res.Header.Get("X-Other") != "stays" {
				t.Errorf("the answer changed: %d %q %v", res.StatusCode, body, res.Header)
			}
		})
	}
}

func TestTheSignalStripsWhatWasGrantedBefore(t *testing.T) {
	t.Parallel()
	s := live.Start(t)
	h := gate(t, s.URL, nil).Strip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What a handler does to its request changes nothing.
		r.Header.Del("Sec-GPC")
		r.Header.Del("Cookie")
		http.SetCookie(w, &http.Cookie{Name: "_ga", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "_fbp", Value: "1"})
	}))
	if res, _ := serve(t, h, s.AcceptAll(), "Sec-GPC", "1"); names(res.Header) != "_ga" {
		t.Errorf("set %q", names(res.Header))
	}
}
