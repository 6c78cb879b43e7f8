package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/leadiumx/consent/geo/geotest"
)

func TestAScriptIsPublicOnlyByTheOperatorsWordAndWhereNoAddressDecides(t *testing.T) {
	t.Parallel()
	edge := []string{"--edge-cache", "--trusted-proxies", "127.0.0.0/8,::1/128", "--geo-headers", "cloudflare"}
	for name, c := range map[string]struct {
		flags   []string
		country string
		public  bool
	}{
		"no word of the operator":                        {[]string{}, "", false},
		"nothing can tell a place, so all have the same": {[]string{"--edge-cache"}, "", true},
		"the edge wrote the place":                       {edge, "DE", true},
		"the edge wrote none":                            {edge, "", false},
		"an address may give the place":                  {[]string{"--edge-cache", "--geoip", geotest.Write(t)}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := []option{}
			if c.country != "" {
				opts = append(opts, header("CF-IPCountry", c.country))
			}
			a := start(t, c.flags...).do(http.MethodGet, "/s/demo.js", "", opts...)
			if got := a.header.Get("Cache-Control"); strings.HasPrefix(got, "public, ") != c.public {
				t.Error(got)
			}
		})
	}
}

func TestThePublicAddressIsTheOriginThatBrowsersNameHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://Consent.Example/", "https://consent.example:443"} {
		s := start(t, "--public-url", address)
		if s.url != "https://consent.example" {
			t.Errorf("%s is printed as %s", address, s.url)
		}
	}
}
