#!/usr/bin/env bash
# Bundles the dashboard and builds the program that embeds it.
source "$(dirname "$0")/lib.sh"

step "dashboard"
go run ./dashboard/build

step "packages/web"
node node_modules/tsgo/bin/tsc -p packages/web

step "bin/lxconsent"
go build -o bin/lxconsent ./cmd/lxconsent
