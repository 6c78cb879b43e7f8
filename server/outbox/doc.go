// Package outbox puts a log on this node's disk before a store: a decision is
// fsynced here before it is acknowledged and is handed to the store afterwards,
// in order and as often as needed. So an acknowledged decision outlives a
// killed process, and a store that is away, restarted or wiped.
//
// The log keeps what was handed over for some days, and hands it over again
// when the store may have lost it. That is harmless, since a store takes a
// record id once.
package outbox
