#!/usr/bin/env bash
# The large numbers of the fault tests, against the program as it ships: 200 times
# kill -9 under writes, and Redis killed, wiped, stopped, started again, full, cut
# off and slow. It prints how long checks of every kind took in each fault, beside
# what a request for nothing took on this machine at the same time.
source "$(dirname "$0")/lib.sh"

scripts/install-deps.sh
export LXCONSENT_TEST_PROGRAM=$PWD/bin/lxconsent
export SOAK_KILLS=${SOAK_KILLS:-200} SOAK_FAULTS=${SOAK_FAULTS:-10} SOAK_PUBLISHES=${SOAK_PUBLISHES:-1000} SOAK_CHECK_MS=${SOAK_CHECK_MS:-150} SOAK_STOP_MS=${SOAK_STOP_MS:-10000}

step "$SOAK_KILLS kills of the server under writes; $SOAK_FAULTS rounds of faults of Redis; $SOAK_PUBLISHES editions under reads"
# One at a time: how long checks take is measured.
go test ./tests/soak -count=1 -v -parallel 1 -timeout 120m
