// Package middleware keeps handlers and cookies behind the visitor's consent.
//
// A Gate asks a LeadiumX Consent server whether a purpose may run for the
// visitor of a request, and obeys the answer in three places: Require guards a
// handler, Strip removes the cookies that a handler sets without consent, and
// Allowed answers inside a handler.
//
// Insert puts the banner, or the gate for who has chosen, into HTML pages.
//
// A Gate fails closed. When the server is down, slow, or answers anything but
// a decision about what was asked, the purpose is denied.
//
// The package needs nothing but the standard library. It sends the visitor's
// lx_consent and lx_subject cookies and the Sec-GPC header to the server, and
// nothing else that came with the request, save what Options.ExternalID and
// Options.Place say of it; Insert sends also Accept-Language and the visitor's
// address.
package middleware
