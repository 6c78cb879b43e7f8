// Package geo answers where a visitor is, from a location database in
// MaxMind's format or from the headers of a trusted edge.
//
// It never guesses in the visitor's disfavour: what is private, unknown,
// anonymous, malformed or said twice is the unknown place, to which the
// strictest law applies. It makes no network call.
package geo
