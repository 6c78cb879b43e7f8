package bundle

import (
	"bytes"
	"fmt"
)

// DebugPanel compiles the debug panel, without what it is to show. The same
// panel serves every site.
func DebugPanel() (*Asset, error) {
	js, err := build("debug/panel.ts", nil, defines(map[string]bool{"INLINE": false}))
	if err != nil {
		return nil, err
	}
	return &Asset{JS: bytes.TrimSuffix(js, []byte(";"))}, nil
}

// Shown makes the script that shows info, a plain value, in the panel.
func (a *Asset) Shown(info any) []byte {
	return fmt.Appendf(nil, "(LX_INFO=>{%s})(%s)", a.JS, literal(info))
}
