# Everything a newcomer needs: `make demo` to see it, `make test` to trust it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PROVINCE ?= lao-cai
WORKERS ?= 2
# pip compiles on one core; some packages carry examples that no Python 3 compiles, and nobody runs them.
COMPILE = @$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib src || true
unexport PYTHONDONTWRITEBYTECODE  # the hundreds of short processes of the tests would each compile everything anew
OWN_TARGETS := --ignore tests/journeys --ignore tests/security --ignore tests/faults --ignore tests/judges

help: ## What there is to do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

$(BIN)/pip:
	@tools/python.sh "$(PYTHON)" "$(VENV)"

$(VENV)/runtime.done: requirements/runtime.txt pyproject.toml | $(BIN)/pip
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements/build.txt
	$(BIN)/pip install --quiet --no-compile --no-deps --no-build-isolation -e .
	$(COMPILE)
	@touch $@

$(VENV)/dev.done: requirements/dev.txt $(VENV)/runtime.done
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements/dev.txt
	$(COMPILE)
	@touch $@

setup: $(VENV)/dev.done ## Install what running and testing need

demo: $(VENV)/runtime.done ## Run a sample province and open its first page (PROVINCE=lao-cai PORT=8000)
	$(BIN)/maidinh demo --province $(PROVINCE) $(if $(PORT),--port $(PORT))

check: $(VENV)/runtime.done ## Take one dossier through all seven layers, then stop
	$(BIN)/maidinh demo --check --province $(PROVINCE)

test: $(VENV)/dev.done style ## Style, and every test but the suites that have their own target (journeys, security, faults, bench)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(OWN_TARGETS)

test-fast: $(VENV)/dev.done ## The core, in under 90 seconds
	$(BIN)/pytest -n $(WORKERS) $(OWN_TARGETS) -m "not slow"

test-second: $(VENV)/dev.done ## The same tests on Debian's PostgreSQL instead of the embedded one
	tools/second_database.sh $(BIN)/pytest -n $(WORKERS) --dist loadgroup --ignore tests/journeys --ignore tests/judges

journeys: $(VENV)/dev.done browser ## A person's whole task, in a real browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile tests/journeys

faults: $(VENV)/dev.done ## Processes killed, databases and disks gone, networks cut, books forged (ROUNDS=50 SEED=1)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/faults
	$(BIN)/python -m tests.faults.kill --rounds $(or $(ROUNDS),50) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.faults.exchanges --rounds $(or $(ROUNDS),50) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.faults.steps --rounds $(or $(ROUNDS),50) $(if $(SEED),--seed $(SEED))

security: $(VENV)/dev.done ## Hostile requests, who may do what, and every parser fuzzed (RUNS=2000 SEED=1 TARGET=gateway)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/security $(if $(CI),,tests/architecture/test_matrix.py tests/architecture/test_tables.py)
	$(BIN)/python -m tests.security.fuzzing --runs $(or $(RUNS),2000) --seed $(or $(SEED),1) $(TARGET)

judges: $(VENV)/dev.done ## Clients and verifiers that are not ours judge the exchange and its evidence (JUDGES="xmlsec1 jdk")
	tools/judges.sh $(JUDGES)
	$(BIN)/pytest $(if $(JUDGES),$(addprefix tests/judges/,$(JUDGES)),tests/judges)

bench: $(VENV)/dev.done ## What is promised of speed and of loss, beside the peers, in one run (BENCH="interchange difference")
	$(BIN)/python -m bench $(BENCH)

style: $(VENV)/dev.done
	$(BIN)/ruff check src tests tools bench

lint: style ## Style, import contracts, texts and tables without the tests, which hold the last three too
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/reference.py --check

browser: $(VENV)/dev.done
	@tools/browser.sh

wheel: $(VENV)/dev.done ## The wheel, complete: definitions, templates, fonts, assets
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock: $(VENV)/dev.done ## Renew the locked requirements
	tools/lock.sh

.PHONY: help setup demo check test test-fast test-second journeys faults security judges bench style lint browser wheel lock
