package web

import "testing"

func TestTheCodingIsTheOneThatIsWantedMost(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"": "", "br": "br", "gzip": "gzip", "gzip, br": "br", "GZIP , Br": "br", "identity": "", "deflate": "", "*": "",
		"br;q=0, gzip": "gzip", "br;q=0.1, gzip;q=1": "gzip", "gzip;q=1.0, br; q=0.8": "gzip", "gzip;q=0.5,br;Q=0.6": "br",
		"br;q=0.5, identity": "", "identity;q=0.5, br;q=0.5": "br", "br;q=0.5, identity;q=0.5": "br", "gzip;q=0": "",
		"identity;q=0, gzip;q=0.1": "gzip", "br;q=x": "", "br;q=": "", "br;x=1": "br", "gzip;q=0.3, br;q=0.3": "br",
	} {
		if got := coding(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
