package bundle

import (
	"slices"
	"strings"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/consent/law"
)

// features are the constants that decide which branches are compiled in.
func features(in Input) map[string]string {
	site := &in.Edition.Site
	shown, owed := law.Present(in.Regime, in.Rules), owes(site, in.Regime)
	f := &site.Features
	kinds := map[string]bool{}
	for i := range site.Cookies {
		kinds[site.Cookies[i].Store()] = true
	}
	stored, keyed := kinds["cookie"], kinds["local"] || kinds["session"]
	deep := kinds["idb"] || kinds["cache"] || kinds["worker"]
	storageWrites := f.StorageWrites && (stored || keyed) && !in.Preview
	network := f.Network && !in.Preview
	on := map[string]bool{
		"INLINE":         false,
		"PREVIEW":        in.Preview,
		"QUIET":          in.Quiet,
		"TRAVEL":         in.Laxer != "" && !in.Preview,
		"CHANGED":        changed(in.Rules),
		"SIM_GPC":        in.SimGPC,
		"CONSENT_MODE":   f.ConsentMode,
		"GOOGLE":         f.ConsentMode && f.Google != nil,
		"UET":            f.UET,
		"CLARITY":        f.Clarity,
		"META":           f.Meta,
		"WORDPRESS":      f.WordPress,
		"SIGNALS":        (f.ConsentMode && f.Google != nil) || f.UET || f.Clarity || f.Meta || f.WordPress,
		"COOKIE_WRITES":  f.CookieWrites && stored && !in.Preview,
		"STORAGE_WRITES": storageWrites,
		"NETWORK":        network,
		"REPORT_ONLY":    f.ReportOnly,
		"DEBUG":          f.Debug && !in.Preview,
		"JOURNAL":        storageWrites || network || f.ReportOnly || f.Debug,
		"COOKIES":        len(kinds) > 0 && !in.Preview,
		"DEEP":           deep,
		"PARTITIONED":    slices.ContainsFunc(site.Cookies, func(c consent.Cookie) bool { return c.Partitioned }),
		"STORAGE":        keyed,
		"KINDS":          keyed || deep || storageWrites || f.Insight,
		"GLOBS":          slices.ContainsFunc(site.Cookies, func(c consent.Cookie) bool { return strings.Contains(c.Name, "*") }),
		"VENDORS":        len(site.Vendors) > 0,
		"LEVELS":         slices.ContainsFunc(site.Purposes, func(p consent.Purpose) bool { return len(p.Levels) > 0 }),
		"LEVEL_MONTHS":   slices.ContainsFunc(in.Rules, func(r consent.Rule) bool { return len(r.Months) > 0 }),
		"OPT_OUTS":       slices.ContainsFunc(in.Rules, func(r consent.Rule) bool { return !r.Necessary && max(r.Mode, r.SensitiveMode) != consent.OptIn }),
		"SENSITIVE":      slices.ContainsFunc(in.Rules, func(r consent.Rule) bool { return !r.Necessary && r.SensitiveMode != consent.OptIn }),
		"INSIGHT":        f.Insight && !in.Preview,
		"IDENTIFY":       f.Identify && !in.Preview,
		"REOPEN":         site.Banner.Reopen && !in.Quiet,
		"CLOSE":          shown.CloseButton,
		"MODAL":          waits(site, in.Regime),
		"LINKS":          owed.link != "",
		"LIST":           lists(site),
		"DOMAIN":         site.CookieDomain != "",
		"STATUS":         owed.status,
	}
	return defines(on)
}

// changed reports whether some choices may be older than what is asked now.
func changed(rules []consent.Rule) bool {
	return slices.ContainsFunc(rules, func(r consent.Rule) bool { return r.Since > 0 })
}
