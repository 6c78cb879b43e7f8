#!/usr/bin/env bash
# Formats Go, and mends what the linter can mend safely.
source "$(dirname "$0")/lib.sh"

go_files | xargs -0 gofmt -w
node node_modules/@biomejs/biome/bin/biome lint --write .
