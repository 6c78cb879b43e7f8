#!/usr/bin/env bash
# Says in words which tool is missing or too old.
source "$(dirname "$0")/lib.sh"

# at_least reports whether version $1 is $2 or later.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

command -v go >/dev/null || fail "Go is not installed." "Install Go 1.26 or later: https://go.dev/dl/"
have=$(go env GOVERSION | sed 's/^go//')
at_least "$have" 1.26 || fail "Go $have is too old." "Install Go 1.26 or later: https://go.dev/dl/"

command -v node >/dev/null || fail "Node.js is not installed." "Install Node.js 20.19 or later: https://nodejs.org/"
have=$(node --version | sed 's/^v//')
at_least "$have" 20.19 || fail "Node.js $have is too old." "Install Node.js 20.19 or later: https://nodejs.org/"
command -v npm >/dev/null || fail "npm is not installed." "It comes with Node.js: https://nodejs.org/"
