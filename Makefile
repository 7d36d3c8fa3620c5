# `make` lists what can be asked. Every target sets the toolchain up first; a second run finds it in place.
.DEFAULT_GOAL := list
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: list setup check check-python check-contracts test test-contracts test-python lock

list: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## build .venv and node_modules from the locks
	@scripts/setup.sh

lock: setup ## pin requirements-dev.in into requirements.lock, with hashes and without index URLs
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links requirements-dev.in --output-file requirements.lock
