package admin

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/leadiumx/consent/consent"
)

// FirstTenant is the organisation that is there from the start.
const FirstTenant = "default"

// Tenant is an organisation: it owns sites, members and keys.
type Tenant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Kind says whether the organisation decides about the data itself, or
	// handles it for a client.
	Kind string `json:"kind" enum:"controller,processor"`
	DPA  DPA    `json:"dpa"`
	// Contact is proposed as the controller of new sites.
	Contact  consent.Controller `json:"contact"`
	Branding Branding           `json:"branding"`
	Created  time.Time          `json:"created"`
}

// DPA names the agreement under which a processor handles data.
type DPA struct {
	Reference string `json:"reference,omitempty"`
	// SignedOn is a date such as 2026-11-30.
	SignedOn string `json:"signed_on,omitempty"`
	URL      string `json:"url,omitempty"`
}

// Branding is how the dashboard and new sites look.
type Branding struct {
	Accent     string `json:"accent,omitempty"`
	AccentText string `json:"accent_text,omitempty"`
	LogoURL    string `json:"logo_url,omitempty"`
}

var (
	tenantID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	colour   = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
)

func (t *Tenant) check() error {
	var found []consent.Finding
	fault := func(path, cause, fix string) {
		found = append(found, consent.Finding{Path: path, Message: cause, Fix: fix, Severity: consent.SeverityError})
	}
	var err error
	if t.Name, err = label("name", t.Name); err != nil {
		fault("name", "it is empty or longer than 100 bytes", "write the name of the organisation")
	}
	if t.Kind != "controller" && t.Kind != "processor" {
		fault("kind", "it is neither controller nor processor", "choose one of the two")
	}
	if t.DPA.SignedOn != "" {
		if _, err := time.Parse(time.DateOnly, t.DPA.SignedOn); err != nil {
			fault("dpa.signed_on", "it is not a date", "write it as 2026-11-30")
		}
	}
	for path, s := range map[string]string{"dpa.url": t.DPA.URL, "branding.logo_url": t.Branding.LogoURL, "contact.website": t.Contact.Website} {
		if u, err := url.Parse(s); s != "" && (err != nil || u.Scheme != "https" || u.Host == "" || len(s) > 500) {
			fault(path, "it is not an https address", "write it as https://example.com/…")
		}
	}
	for path, s := range map[string]string{"branding.accent": t.Branding.Accent, "branding.accent_text": t.Branding.AccentText} {
		if s != "" && !colour.MatchString(s) {
			fault(path, "it is not a colour", "write it as #1a2b3c")
		}
	}
	for path, s := range map[string]string{"dpa.reference": t.DPA.Reference, "contact.name": t.Contact.Name, "contact.address": t.Contact.Address, "contact.email": t.Contact.Email, "contact.phone": t.Contact.Phone} {
		if len(s) > 500 || strings.ContainsAny(s, "\x00\x1b") {
			fault(path, "it is longer than 500 bytes or not plain text", "shorten it")
		}
	}
	if len(found) > 0 {
		return &consent.Error{Code: consent.Invalid, Cause: "the organisation has faults; the first is at " + found[0].Path + ": " + found[0].Message, Fix: found[0].Fix, Findings: found}
	}
	return nil
}

// EnsureTenant makes an organisation that is not there yet. Errors: Invalid.
func (d *Desk) EnsureTenant(ctx context.Context, id, name string) error {
	if err := checkTenantID(id); err != nil {
		return err
	}
	t := Tenant{ID: id, Name: name, Kind: "controller", Created: d.o.Clock().UTC()}
	_, _, err := save(ctx, d.o.Store, kindTenant, id, 0, t)
	if consent.CodeOf(err) == consent.Conflict {
		return nil
	}
	return err
}

func checkTenantID(id string) error {
	if tenantID.MatchString(id) {
		return nil
	}
	return consent.Fail(consent.Invalid, "the `id` is not made of 1 to 32 characters of a-z, 0-9 and hyphen", "choose a short one, such as acme")
}

// arrive makes the organisation in which the operator acts for the first time.
func (d *Desk) arrive(ctx context.Context, p Principal) error {
	if !p.Install {
		return nil
	}
	return d.EnsureTenant(ctx, p.Tenant, p.Tenant)
}

// Tenant returns the caller's organisation with its version. Errors: NotFound.
func (d *Desk) Tenant(ctx context.Context, p Principal) (Tenant, int64, error) {
	t, err := load[Tenant](ctx, d.o.Store, kindTenant, p.Tenant)
	if consent.CodeOf(err) == consent.NotFound {
		return Tenant{}, 0, notFound("organisation")
	}
	return t.value, t.version, err
}

// SaveTenant changes the caller's organisation; version is the one that was
// read. Errors: Invalid, NotFound, Conflict.
func (d *Desk) SaveTenant(ctx context.Context, p Principal, t Tenant, version int64) (int64, error) {
	old, err := load[Tenant](ctx, d.o.Store, kindTenant, p.Tenant)
	if consent.CodeOf(err) == consent.NotFound {
		return 0, notFound("organisation")
	}
	if err != nil {
		return 0, err
	}
	t.ID, t.Created = old.value.ID, old.value.Created
	if err := t.check(); err != nil {
		return 0, err
	}
	next, hash, err := save(ctx, d.o.Store, kindTenant, p.Tenant, version, t)
	if err != nil {
		return 0, err
	}
	return next, d.Audit(ctx, p, p.Tenant, Change{Action: "tenant.change", Object: p.Tenant, Before: old.hash, After: hash})
}

// NewTenant makes an organisation. Errors: Invalid, Conflict.
func (d *Desk) NewTenant(ctx context.Context, p Principal, t Tenant) (Tenant, error) {
	if err := checkTenantID(t.ID); err != nil {
		return t, err
	}
	if err := t.check(); err != nil {
		return t, err
	}
	t.Created = d.o.Clock().UTC()
	_, hash, err := save(ctx, d.o.Store, kindTenant, t.ID, 0, t)
	if consent.CodeOf(err) == consent.Conflict {
		return t, consent.Fail(consent.Conflict, "there is an organisation with this id", "choose another")
	}
	if err != nil {
		return t, err
	}
	return t, d.Audit(ctx, p, t.ID, Change{Action: "tenant.create", Object: t.ID, After: hash})
}

// Tenants lists the organisations that the caller may act in. Of one that they
// may not read, such as who has a role on a single site, they see no more than
// its name and look.
func (d *Desk) Tenants(ctx context.Context, p Principal) ([]Tenant, error) {
	list := []Tenant{}
	if p.Install {
		err := every(ctx, d.o.Store, kindTenant, func(_ string, t held[Tenant]) error {
			list = append(list, t.value)
			return nil
		})
		return list, err
	}
	reads := map[string]bool{p.Tenant: p.May(ReadTenant)}
	ids := []string{p.Tenant}
	if p.Email != "" {
		profile, err := d.Profile(ctx, p)
		if err != nil {
			return nil, err
		}
		ids = nil
		for _, t := range profile.Tenants {
			ids = append(ids, t.ID)
			reads[t.ID] = slices.Contains(t.Role.Permissions(), ReadTenant)
		}
	}
	for _, id := range ids {
		t, err := load[Tenant](ctx, d.o.Store, kindTenant, id)
		if consent.CodeOf(err) == consent.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !reads[id] {
			t.value.DPA, t.value.Contact = DPA{}, consent.Controller{}
		}
		list = append(list, t.value)
	}
	return list, nil
}
