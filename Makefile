# `make run` builds everything and serves the demo; `make test` runs every test.
# The work is done by the scripts in scripts/, which say what they need.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test soak check bench bench-browser gen dev fmt tools

# The packages of the dashboard are installed again when the lock file changes.
STAMP := node_modules/.stamp

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build everything and serve the demo on http://localhost:8080
	@exec bin/lxconsent serve --demo --data-dir ./data

build: tools $(STAMP) ## build bin/lxconsent with the dashboard inside
	@scripts/build.sh

test: build ## run every test, with real Redis and a real browser
	@scripts/test.sh

soak: build ## kill the program 200 times under writes, and Redis in every way
	@scripts/soak.sh

check: tools $(STAMP) ## run what is quick: generated files, format, vet, lint, types
	@scripts/check.sh

bench: build ## measure the server beside bare Echo and nginx; writes bench/RESULTS.md
	@go run ./bench/server

bench-browser: build ## measure the banner beside other platforms in a real browser
	@scripts/bench-browser.sh

gen: tools $(STAMP) ## write the generated files of contract/ again
	@scripts/gen.sh

dev: build ## serve the demo without limits, with the data in ./data/dev
	@exec bin/lxconsent serve --demo --limits off --data-dir ./data/dev

fmt: $(STAMP) ## format Go and mend what the linter can mend safely
	@scripts/fmt.sh

tools:
	@scripts/need-tools.sh

$(STAMP): package-lock.json package.json
	@scripts/need-tools.sh
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
