package consent_test

import (
	"slices"
	"testing"

	"github.com/leadiumx/consent/consent"
)

func TestFeaturesAreChecked(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*consent.Site)
		path   string
	}{
		{"options of a signal that is off", func(s *consent.Site) { s.Features.Google = &consent.Google{} }, "features.google"},
		{"tags wait for ever", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{WaitForUpdate: 5001}
		}, "features.google.wait_for_update"},
		{"a place that is none", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{Regions: []string{"FR", "Europe"}}
		}, "features.google.regions[1]"},
		{"a place named twice", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{Regions: []string{"US-CA", "US-CA"}}
		}, "features.google.regions[1]"},
		{"all in order", func(s *consent.Site) {
			s.Features.ConsentMode, s.Features.Google = true, &consent.Google{WaitForUpdate: 500, Regions: []string{"US-CA", "US"}}
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			site := shop()
			c.change(&site)
			paths := []string{}
			for _, f := range site.Validate(languages()) {
				paths = append(paths, f.Path)
			}
			want := []string{}
			if c.path != "" {
				want = append(want, c.path)
			}
			if !slices.Equal(paths, want) {
				t.Errorf("found %v, not %v", paths, want)
			}
		})
	}
}
