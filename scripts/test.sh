#!/usr/bin/env bash
# Every test there is. Each step must pass; the first failure ends the run.
source "$(dirname "$0")/lib.sh"

scripts/install-deps.sh
scripts/check.sh

# This one compiles some hundred scripts, one after another: the race detector
# would find nothing in it and take minutes.
fields='^TestEveryFieldOfTheSiteDocumentChangesWhatIsServed$'
# Nor does it look into the compiler and the compressor of scripts, which are not
# ours: nearly every test compiles some, and would take three times as long.
step "Go tests, with the race detector"
# Those of the whole program run what was built, and build none of their own.
export LXCONSENT_TEST_PROGRAM=$PWD/bin/lxconsent
go test -race -gcflags='github.com/evanw/esbuild/...=-race=false' -gcflags='github.com/andybalholm/brotli/...=-race=false' \
  -timeout 25m -skip "$fields" ./...
go test -run "$fields" ./cmd/lxconsent

step "the vectors in TypeScript"
node snippet/test/run.mjs

step "words of the dashboard"
node --test dashboard/test/*.test.mjs

step "browser tests"
node tests/browser/run.mjs

step "all tests passed"
