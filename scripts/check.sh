#!/usr/bin/env bash
# The quick checks. Nothing here needs the network.
source "$(dirname "$0")/lib.sh"

step "generated files are up to date"
scripts/gen.sh --check

step "gofmt"
unformatted=$(go_files | xargs -0 gofmt -l)
[ -z "$unformatted" ] || fail "$unformatted" "These files are not formatted. Run \`make fmt\`."

step "go vet"
go vet ./...
go vet -tags testclock ./cmd/lxconsent

step "biome"
node node_modules/@biomejs/biome/bin/biome lint --error-on-warnings .

step "TypeScript types"
node node_modules/tsgo/bin/tsc -p snippet
node node_modules/tsgo/bin/tsc -p dashboard
node node_modules/tsgo/bin/tsc -p packages/web/test
