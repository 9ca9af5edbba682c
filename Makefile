# `make help` lists what there is; nothing here needs more than Python 3.11 or 3.12 and a shell.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE = 1

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(VENV)/.dev $(VENV)/.run

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $(VENV)/.run

up: $(VENV)/.run ## Start everything for a demonstration (Ctrl-C stops it)
	@$(BIN)/shifan up $(UP)

test: $(VENV)/.dev lint ## Style, types, walls and every test, with a real PostgreSQL and a real Kafka
	$(BIN)/python -m pytest -rs -n 2 --dist loadgroup -m "not faults" $(TESTS)
	$(BIN)/python -m pytest -rs -m faults tests/faults

bench: $(VENV)/.dev ## Print the figures (JSON=path writes them too)
	$(BIN)/python -m tests.benchmarks $(if $(JSON),--json $(JSON))

install: $(VENV)/.dev ## Install everything that developing needs into .venv

lint: $(VENV)/.dev ## Style, types, walls and dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

lock: $(VENV)/.dev ## Renew the hashed requirement files
	$(BIN)/uv pip compile -q pyproject.toml --extra build --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra build --extra dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements-dev.lock

schemas: $(VENV)/.dev ## Write what is generated: JSON Schemas, the AsyncAPI document, infra/reference.md
	$(BIN)/python -m shared.runtime.schemas write
	$(BIN)/shifan programmes schema --output shared/programmes/definition.schema.json
	$(BIN)/python -m shared.programmes.elements
	$(BIN)/python -m tests.architecture.reference write

sizes: ## Median, p90, maximum and the five largest files and functions
	$(PYTHON) -m infra.sizes

fmt: $(VENV)/.dev ## Put style and order of imports right
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

.PHONY: help up test bench install lint lock schemas sizes fmt
