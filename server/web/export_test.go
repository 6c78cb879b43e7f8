package web

import "context"

// What the tests of this package see of it.
var IsBot = isBot

// Deadline is what SharedDeadlines shares.
const Deadline = deadline

// SharedDeadlines makes what gives contexts to writes.
func SharedDeadlines() func() context.Context { return new(deadlines).next }
