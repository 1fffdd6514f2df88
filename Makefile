# Two commands do everything on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Else every process that a test starts would compile all of our sources anew.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo test bench chaos check setup clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Drover needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.check: $(VENV)/.test
	@$(PIP) install -c constraints.txt -e '.[test,check]'
	@touch $@

setup: $(VENV)/.check  ## Set up everything a developer needs

demo: $(VENV)/.run  ## Run the main job on simulated phones (KEEP=1: leave everything up)
	@KEEP=$(KEEP) exec $(BIN)/python -m drover_demo

test: $(VENV)/.test  ## Run all tests
	@$(BIN)/python -m pytest -n 2 --dist loadscope $(ARGS)

bench: $(VENV)/.test  ## Measure the main job (ARGS="latency follow workers direct start")
	@$(BIN)/python -m tests.bench $(ARGS)

chaos: $(VENV)/.test  ## Break everything at full length, about an hour (ARGS="R1 R4 --rounds 20")
	@$(BIN)/python -m tests.chaos $(ARGS)

check: $(VENV)/.check  ## Lint, types and import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/pyright

clean:  ## Remove what the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
