package admin

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/leadiumx/consent/consent"
)

// Preview is a draft that a link shows to whoever holds it.
type Preview struct {
	Site   consent.Site `json:"site"`
	Place  string       `json:"place"`
	Locale string       `json:"locale"`
	GPC    bool         `json:"gpc"`
	// Returning shows the page as to who has refused already.
	Returning bool `json:"returning,omitempty"`
}

// PreviewLife is how long a preview link works.
const PreviewLife = SetupLife

// KeepPreview stores a preview and returns the token of its link.
func (d *Desk) KeepPreview(ctx context.Context, p Preview) (string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode the preview: %w", err)
	}
	token, err := consent.NewSubject(d.o.Random)
	if err != nil {
		return "", err
	}
	return token, d.keep(ctx, key("preview:", token), raw, d.o.Clock().Add(PreviewLife))
}
