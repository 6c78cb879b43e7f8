package main

import (
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

// TestMain also sees to it that a server which has ended leaves nothing running.
func TestMain(m *testing.M) { redistest.Main(m) }
