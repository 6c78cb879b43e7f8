package script

import (
	"fmt"

	"github.com/leadiumx/consent/consent"
	"github.com/leadiumx/consent/server/bundle"
)

// declared is what a declaration is made from: it depends on the language and
// on no place.
func (d *Desk) declared(ask Ask) (bundle.Input, error) {
	e, err := d.o.Editions.Live(ask.Site)
	if err != nil {
		return bundle.Input{}, err
	}
	n := d.notice(e, consent.Place{}, Locale(&e.Site, nil, ask.Lang, ask.Accept))
	return bundle.Input{Edition: e, Regime: n.Regime, Rules: n.Rules, Locale: n.Locale}, nil
}

// Declaration lists what a site keeps and who receives data. Errors: UnknownSite.
func (d *Desk) Declaration(ask Ask) (bundle.Declaration, error) {
	in, err := d.declared(ask)
	if err != nil {
		return bundle.Declaration{}, err
	}
	return bundle.Declare(in), nil
}

// DeclarationPage is the same as a page of its own. Errors: UnknownSite.
func (d *Desk) DeclarationPage(ask Ask) ([]byte, error) {
	in, err := d.declared(ask)
	if err != nil {
		return nil, err
	}
	return bundle.DeclarationPage(in), nil
}

// DeclarationScript is the same as a script that fills places of a page.
// Errors: UnknownSite; Invalid when it does not compile.
func (d *Desk) DeclarationScript(ask Ask) (*bundle.Asset, error) {
	in, err := d.declared(ask)
	if err != nil {
		return nil, err
	}
	s := &in.Edition.Site
	key := fmt.Sprintf("declaration %s %s %d %s %s", s.Tenant, s.ID, in.Edition.Number, in.Edition.Hash, in.Locale)
	return d.assets.get(key, func() (*bundle.Asset, error) { return bundle.CompileDeclaration(in) })
}
