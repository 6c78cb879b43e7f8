package bundle

import (
	"io/fs"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/leadiumx/consent/snippet"
)

// sources lets the compiler read the embedded script and the modules made for
// this site; it can reach neither the disk nor the network.
func sources(made map[string]string) api.Plugin {
	src := snippet.Source()
	return api.Plugin{Name: "sources", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `.*`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			if strings.HasPrefix(a.Path, "lx:") {
				return api.OnResolveResult{Path: a.Path, Namespace: "made"}, nil
			}
			p := path.Join(path.Dir(a.Importer), a.Path)
			// A file acts only through what it exports, so one that no compiled-in
			// branch uses is left out whole.
			return api.OnResolveResult{Path: strings.TrimPrefix(p, "/"), Namespace: "src", SideEffects: api.SideEffectsFalse}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "made"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			text, ok := made[a.Path]
			if !ok {
				return api.OnLoadResult{}, fs.ErrNotExist
			}
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "src"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := fs.ReadFile(src, a.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			text := string(raw)
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderTS}, nil
		})
	}}
}
