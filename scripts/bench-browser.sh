#!/usr/bin/env bash
# Measures the banner beside others in a real browser; writes bench/RESULTS.md and docs/images/speed.svg.
source "$(dirname "$0")/lib.sh"

scripts/install-deps.sh
step "the other platforms"
(cd bench/browser && npm ci --ignore-scripts --no-audit --no-fund --legacy-peer-deps)
step "visits"
node bench/browser/run.mjs
