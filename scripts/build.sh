#!/usr/bin/env bash
# Bundles the dashboard and builds the program that embeds it.
source "$(dirname "$0")/lib.sh"

step "dashboard"
# The Go package that embeds the bundle needs its folder to exist.
mkdir -p dashboard/built
[ -n "$(ls -A dashboard/built)" ] || : > dashboard/built/.keep
go run ./dashboard/build

step "bin/lxconsent"
go build -trimpath -o bin/lxconsent ./cmd/lxconsent
