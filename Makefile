# Two commands do everything on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
PEERS := .bench-peers
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Processes that run tests. Most tests wait most of their time, so more of them than cores.
WORKERS ?= 5

.PHONY: help demo test bench bench-peers profile chaos fuzz check lint layout types-mypy types-pyright setup clean

# Every daemon, worker and script that a test starts would compile its modules anew where this is set.
unexport PYTHONDONTWRITEBYTECODE

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Drover needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

# Each holds what the one before it needs, so that pip runs once whatever is asked for first.
$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up $(VENV) for tests (about a minute, once) ..."
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $(VENV)/.run $@

$(VENV)/.check: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up $(VENV) for tests and checks (about a minute, once) ..."
	@$(PIP) install -c constraints.txt -e '.[test,check]'
	@touch $(VENV)/.run $(VENV)/.test $@

$(VENV)/.bench: $(VENV)/.test
	@$(PIP) install -c constraints.txt -e '.[test,bench]'
	@touch $@

setup: $(VENV)/.check  ## Set up everything a developer needs

demo: $(VENV)/.run  ## Run the main job on simulated phones (KEEP=1: leave everything up)
	@KEEP=$(KEEP) exec $(BIN)/python -m drover_demo

test: $(VENV)/.test  ## Run all tests (ARGS="tests/unit -x", WORKERS=8)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(ARGS)

bench: $(VENV)/.test  ## Measure the main job in one table (ARGS="post latency --rounds 3 --json FILE")
	@$(BIN)/python -m tests.bench $(ARGS)

bench-peers: $(PEERS)/.peers  ## Set up the queues that `make bench` measures next to ours

# Debian's package scripts would start the servers; the benches start their own, so they are told not to.
$(PEERS)/.peers: pyproject.toml constraints.txt tests/bench/peers/requirements.txt tests/bench/peers/constraints.txt
	@$(PYTHON) -m venv $(PEERS)
	@echo "Setting up $(PEERS) (about a minute, once) ..."
	@$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install \
		-c constraints.txt -c tests/bench/peers/constraints.txt -e . -r tests/bench/peers/requirements.txt
	@sh tests/bench/peers/servers.sh
	@touch $@

profile: $(VENV)/.bench  ## Draw flame graphs of daemon, gateway and worker (ARGS="post --seconds 10 --out DIR")
	@$(BIN)/python -m tests.bench profile $(ARGS)

chaos: $(VENV)/.test  ## Break everything at full length, about an hour (ARGS="R1 R4 --rounds 20")
	@$(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(VENV)/.test  ## Make up requests from the API's description, some ten minutes (ARGS="--seed 7 --examples 200")
	@$(BIN)/python -m tests.fuzz $(ARGS)

check: $(VENV)/.check  ## Lint, types, import rules, and that tests mirror the source
	@$(MAKE) --no-print-directory -k -j 2 types-mypy types-pyright lint layout

types-mypy: $(VENV)/.check
	@$(BIN)/mypy

types-pyright: $(VENV)/.check
	@$(BIN)/pyright

lint: $(VENV)/.check
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache

# In this process: five workers would take longer to begin than the tests take.
layout: $(VENV)/.check
	@$(BIN)/python -m pytest -q -n 0 tests/unit/test_layout.py tests/unit/drover/supervisor/test_structure.py

clean:  ## Remove what the targets made
	rm -rf $(VENV) $(PEERS) .pytest_cache .mypy_cache .ruff_cache .hypothesis
