package web

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"
)

func FuzzAQueryIsReadAsTheLibraryReadsIt(f *testing.F) {
	for _, q := range []string{"", "a=1&b=2&a=3", "a", "=&a==&", "%61=x+y&a=%zz&a=%20", "a=1;b=2&a=4", "a%=1&a=&+=b", "a=1&&a=2", "+=b", "%"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		// What is wrong in it is left out, here and there.
		want, _ := url.ParseQuery(raw)
		got := url.Values{}
		for name, value := range query(raw).pairs {
			got.Add(name, value)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	})
}

func TestTheFirstValueOfAParameterCountsAndAnyYesOfASignal(t *testing.T) {
	t.Parallel()
	var p params
	query("site=&site=b&purpose=x&gpc=0&gpc=yes&gpc=false&purpose=y&minor=false&place=US&place=FR&si%74e=c").read(&p)
	if p.site != (param{"", true}) || p.place != (param{"US", true}) || p.lang != (param{}) {
		t.Errorf("site %v, place %v, lang %v", p.site, p.place, p.lang)
	}
	if !p.gpc || p.minor || p.sensitive {
		t.Errorf("gpc %v, minor %v, sensitive %v", p.gpc, p.minor, p.sensitive)
	}
	if !reflect.DeepEqual(p.purposes, []string{"x", "y"}) || p.vendors != nil {
		t.Errorf("purposes %q, vendors %q", p.purposes, p.vendors)
	}
}

func FuzzACookieIsReadAsTheLibraryReadsIt(f *testing.F) {
	for _, line := range []string{
		"", "lx=a", "a=b; lx=c", "lx=a; lx=a", "lx=a; lx=b", "lx", "lx=", ";;lx=a;", "lx =a", " lx=\"a\"", "lx=\"", "xlx=a", "lx=a=b",
		"lx=a;lx=\x00", "lx=a\\b", "lx= a ", "LX=a", "lx=a,b", "\tlx=a\t",
	} {
		f.Add(line, "")
		f.Add(line, "lx=a")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		r := &http.Request{Header: http.Header{"Cookie": {one, two}}}
		got, found := cookieValue(r, "lx"), r.CookiesNamed("lx")
		want := ""
		for i, k := range found {
			if want = k.Value; i > 0 && k.Value != found[0].Value {
				want = doubled
				break
			}
		}
		// The library leaves out what no cookie may hold. Here that is a value
		// which no parser takes, or a second one.
		if got != want && got != doubled && validCookie(got) {
			t.Errorf("%q, %q: %q, want %q", one, two, got, want)
		}
		if want == doubled && got != doubled {
			t.Errorf("%q, %q: %q of two that differ", one, two, got)
		}
	})
}

// validCookie reports whether the library reads a value as it is.
func validCookie(v string) bool {
	r := &http.Request{Header: http.Header{"Cookie": {"lx=" + v}}}
	k, err := r.Cookie("lx")
	return err == nil && k.Value == v
}
