package redisstore_test

import (
	"testing"

	"github.com/leadiumx/consent/consent/storetest/redistest"
)

func TestMain(m *testing.M) { redistest.Main(m) }
