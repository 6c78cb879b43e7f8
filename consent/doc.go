// Package consent is the domain of LeadiumX Consent: what may be asked of a
// visitor, what a visitor answered, and whether a purpose may therefore run.
//
// It is pure. It reads no clock, network, log, disk or environment; time,
// randomness and keys are arguments, so every result can be replayed. Zero
// values deny: a zero Mode asks for opt-in, a zero Place is the unknown place
// and a nil *Choice has granted nothing.
package consent
