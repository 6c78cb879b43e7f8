#!/usr/bin/env bash
# Writes the generated files of contract/ and docs/reference/. With --check it writes nothing and
# fails when a file differs from what the code says.
source "$(dirname "$0")/lib.sh"

out=contract
laws=docs/reference/laws.md
rules=docs/rules.md
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  laws=$out/laws.md
  rules=$out/rules.md
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out" "$(dirname "$laws")"

go run ./cmd/lxconsent gen openapi > "$out/openapi.yaml"
go run ./cmd/lxconsent gen laws > "$laws"
go run ./cmd/lxconsent gen rules > "$rules"
go run ./cmd/lxconsent gen site-schema > "$out/site.schema.json"
node node_modules/openapi-typescript/bin/cli.js "$out/openapi.yaml" --output "$out/types.gen.ts" > /dev/null

[ "$out" = contract ] && exit 0
diff -u docs/reference/laws.md "$laws" || fail "docs/reference/laws.md is not what the rows say." "Run \`make gen\` and commit the result."
diff -u docs/rules.md "$rules" || fail "docs/rules.md is not what the rules say." "Run \`make gen\` and commit the result."
for name in openapi.yaml site.schema.json types.gen.ts; do
  diff -u "contract/$name" "$out/$name" || fail "contract/$name is not what the code says." "Run \`make gen\` and commit the result."
done
