# `make` lists what can be asked. Every target sets the toolchain up first; a second run finds it in place.
.DEFAULT_GOAL := list
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE ?= 1
# The native binary: the launchers of node_modules/.bin exit 0 when a test or the compiler fails.
foundry = "$$($(PY) -m scripts.stack.foundry $(1))"

# The linter compiles without bytecode. In the build's own cache its results would pass for built, and tests of files just
# changed would silently not run.
lint_apart = FOUNDRY_OUT=var/lint/out FOUNDRY_CACHE_PATH=var/lint/cache

.PHONY: list setup demo up down test test-long check check-python check-contracts test-contracts test-python prove coverage analyse bench bench-gas bench-indexer bench-api bench-scoring lock

list: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## build .venv and node_modules from the locks
	@scripts/setup.sh

demo: setup ## the whole story on this machine: label, settle, sell, pay, verify; writes var/demo.json
	@$(PY) -m scripts.demo

up: setup ## start the local stack in the background (UP="--api-port 8001 --rpc-port 8546")
	@$(PY) -m scripts.up $(UP)

down: setup ## stop it
	@$(PY) -m scripts.down

test: check test-contracts test-python ## every check and every test

test-long: setup ## long fuzzing, kills and soaks: hours
	@FOUNDRY_PROFILE=long $(call foundry,forge) test
	@$(PY) -m pytest -m "long or not long" --hypothesis-profile long

check: check-python check-contracts ## format, lint, types, import rules

check-python: setup
	@.venv/bin/ruff format --check --quiet || { .venv/bin/ruff format --check; exit 1; }
	@.venv/bin/ruff check --quiet
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

check-contracts: setup
	@$(call foundry,forge) fmt --check
	@$(lint_apart) $(call foundry,forge) lint --deny warnings

test-contracts: setup
	@$(call foundry,forge) test

test-python: setup
	@$(PY) -m pytest --numprocesses logical

prove: setup ## proofs for all arguments: revenue, leaves, ids (halmos)
	@$(PY) -m scripts.prove

coverage: setup ## lines and branches of contracts/ that their tests reach; fails below 98 and 95 %
	@$(PY) -m scripts.coverage

analyse: setup ## slither and solhint; every finding that stays has its reason in scripts/analyse.toml
	@$(PY) -m scripts.analyse

bench: bench-gas bench-indexer bench-api bench-scoring ## every benchmark; figures in var/bench/

bench-gas: setup ## gas of whole transactions beside others' designs, compared with snapshots/ (UPDATE=1 takes it over)
	@$(PY) -m scripts.bench.gas $(if $(UPDATE),--update)

bench-indexer: setup ## speed of the indexer beside peers and floors, latency, reorganisations (PEERS=0: no peers)
	@$(PY) -m scripts.bench.indexer $(if $(EVENTS),--events $(EVENTS)) $(if $(RUNS),--runs $(RUNS))

bench-api: setup ## signed submissions on one dataset beside Label Studio (PEERS=0: without it)
	@$(PY) -m scripts.bench.api $(if $(RUNS),--runs $(RUNS))

bench-scoring: setup ## what the scoring reaches on real crowds, and its speed (PEERS=0: without crowd-kit)
	@$(PY) -m scripts.bench.scoring

lock: setup ## pin requirements-dev.in into requirements.lock, with hashes and without index URLs
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links requirements-dev.in --output-file requirements.lock
