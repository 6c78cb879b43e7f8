package web

import (
	"context"
	"time"
)

// What the tests of this package see of it.
var IsBot = isBot

// WritesEnd and ChecksEnd make what gives contexts to writes and to checks.
func WritesEnd(asked time.Duration) func() context.Context { return orLater(asked).next }
func ChecksEnd(asked time.Duration) func() context.Context { return orEarlier(asked).next }
