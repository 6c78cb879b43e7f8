# Sourced by the other scripts: they run from the root of the repository and
# stop at the first failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# step prints the heading of the next step.
step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

# fail prints what is wrong and how to mend it, and stops.
fail() { printf '%s\n' "$@" >&2; exit 1; }

# go_files lists our Go files, separated by zero bytes.
go_files() { find . -name '*.go' -not -path './node_modules/*' -print0; }

# All that is built here is built alike: what one step has compiled no other step compiles again.
GOFLAGS="$(go env GOFLAGS 2> /dev/null || true) -trimpath"
export GOFLAGS
