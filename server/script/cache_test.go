package script_test

import (
	"testing"

	"github.com/leadiumx/consent/server/script"
)

func TestAValueThatCouldNotBeMadeIsNeitherEmptyNorKept(t *testing.T) {
	t.Parallel()
	get := script.Remembered()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		_, _ = get(func() (int, error) { panic("broken") })
	}()
	seven := func() (int, error) { return 7, nil }
	if n, err := get(seven); err == nil {
		t.Errorf("whoever waited for it got %d", n)
	}
	if n, err := get(seven); err != nil || n != 7 {
		t.Errorf("afterwards %d, %v", n, err)
	}
}
