package bundle_test

import (
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/leadiumx/consent/consent"
)

// twice calls itself with each name that an object gives to two properties.
type twice func(object, name string)

func (f twice) Enter(n js.INode) js.IVisitor {
	if object, ok := n.(*js.ObjectExpr); ok {
		seen := map[string]bool{}
		for _, p := range object.List {
			if p.Name == nil {
				continue
			}
			name := p.Name.String()
			if seen[name] {
				f(object.String(), name)
			}
			seen[name] = true
		}
	}
	return f
}

func (twice) Exit(js.INode) {}

func TestNoObjectGivesOneNameToTwoProperties(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"", "FR", "US-CA", "US-WA"} {
		in := input(t, place, func(s *consent.Site) {
			s.Features.Network, s.Features.StorageWrites, s.Features.Debug, s.Features.Insight, s.Features.Identify = true, true, true, true, true
			s.Features.Google = &consent.Google{AdsDataRedaction: true, WaitForUpdate: 500}
			s.Vendors[0].Hosts = []string{"video.example.com"}
			s.HostRules = []consent.HostRule{{Match: "*.ads.example.com/x/*", Purpose: "recording", Level: "everything", Vendor: "youtube"}}
			s.Cookies = append(s.Cookies, consent.Cookie{Name: "ads_*", Purpose: "marketing", Vendor: "youtube", Kind: "local"}, consent.Cookie{Name: "p", Purpose: "marketing", Vendor: "youtube", Partitioned: true})
		})
		in.Laxer = "us-.*"
		// All that a rule may say at once.
		for i := range in.Rules {
			r := &in.Rules[i]
			r.Since, r.Laxer, r.GPC, r.Minor, r.Mode, r.SensitiveMode = 2, true, true, true, consent.OptOut, consent.OptOut
			r.Months = make([]int, r.Max)
		}
		ast, err := js.Parse(parse.NewInputBytes(compile(t, in).JS), js.Options{})
		if err != nil {
			t.Fatal(err)
		}
		js.Walk(twice(func(object, name string) { t.Errorf("%q: %s names two properties %s", place, object, name) }), ast)
	}
}
