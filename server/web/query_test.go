package web

import (
	"net/url"
	"slices"
	"testing"
)

func FuzzAQueryIsReadAsTheLibraryReadsIt(f *testing.F) {
	for _, q := range []string{"", "a=1&b=2&a=3", "a", "=&a==&", "%61=x+y&a=%zz&a=%20", "a=1;b=2&a=4", "a%=1&a=&+=b", "a=1&&a=2"} {
		f.Add(q, "a")
	}
	f.Add("+=b", " ")
	f.Add("%", "%")
	f.Fuzz(func(t *testing.T, raw, name string) {
		// What is wrong in it is left out, here and there.
		want, _ := url.ParseQuery(raw)
		q := query(raw)
		if got := q.all(name); !slices.Equal(got, want[name]) {
			t.Errorf("%q of %q: %q, want %q", name, raw, got, want[name])
		}
		first, ok := q.find(name)
		if first != want.Get(name) || ok != want.Has(name) || q.get(name) != first {
			t.Errorf("first %q of %q: %q %v, want %q %v", name, raw, first, ok, want.Get(name), want.Has(name))
		}
	})
}
