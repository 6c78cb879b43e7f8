package bundle

import (
	"strings"

	"github.com/leadiumx/consent/consent"
)

// holds writes which hosts wait for what: the site's own rules in their order,
// then the hosts of vendors, which wait for all purposes of the vendor.
func holds(site *consent.Site) string {
	if !site.Features.Network {
		return "[]"
	}
	var out []string
	for _, r := range site.HostRules {
		host, path, _ := strings.Cut(r.Match, "/")
		var o object
		o.put("_host", host)
		if path == "" && !strings.HasSuffix(r.Match, "/") {
			path = "*"
		}
		o.put("_path", "/"+path)
		o.put("_name", r.Purpose)
		if r.Level != "" {
			o.put("_level", r.Level)
		}
		if r.Vendor != "" {
			o.put("_vendor", r.Vendor)
		}
		out = append(out, o.String())
	}
	g := site.Features.Google
	advanced := site.Features.ConsentMode && g != nil && g.Mode == "advanced"
	for _, v := range site.Vendors {
		if advanced && v.ConsentMode {
			continue
		}
		for _, host := range v.Hosts {
			var o object
			o.put("_host", host)
			o.put("_path", "/*")
			o.put("_name", v.ID)
			o.put("_vendor", v.ID)
			out = append(out, o.String())
		}
	}
	return "[" + strings.Join(out, ",") + "]"
}
