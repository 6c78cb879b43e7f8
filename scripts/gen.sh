#!/usr/bin/env bash
# Writes the generated files of contract/. With --check it writes nothing and
# fails when a file differs from what the code says.
source "$(dirname "$0")/lib.sh"

out=contract
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"

go run ./cmd/lxconsent gen openapi > "$out/openapi.yaml"
go run ./cmd/lxconsent gen site-schema > "$out/site.schema.json"
node node_modules/openapi-typescript/bin/cli.js "$out/openapi.yaml" --output "$out/types.gen.ts" > /dev/null

[ "$out" = contract ] && exit 0
for name in openapi.yaml site.schema.json types.gen.ts; do
  diff -u "contract/$name" "$out/$name" || fail "contract/$name is not what the code says." "Run \`make gen\` and commit the result."
done
