# `make demo` and `make test` need python3 (3.11+, with venv), make and git; uv is used if it is there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
STAMP := $(VENV)/.installed
SOURCES := requirements-dev.txt constraints.txt pyproject.toml $(wildcard plugins/*/pyproject.toml)
PLAYED := tests/promises tests/paycore/testing/test_simulation.py
PACKAGES := paycore paycore_iotpay paycore_iotpay_unionpay paycore_stripe
JOBS ?= 2

.PHONY: help demo test check check-long promises prove prove-mutants lint format types floors cover docs bench constraints clean

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

$(STAMP): $(SOURCES)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "paycore needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
ifdef UV
	@test -x $(BIN)/python || $(UV) venv --quiet --seed --python $(PYTHON) $(VENV)
	$(UV) pip install --quiet --python $(BIN)/python -r requirements-dev.txt
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
endif
	@touch $@

demo: $(STAMP)  ## Play the main job against the simulator
	@$(BIN)/paycore demo $(ARGS)

test: $(STAMP)  ## Run the tests
	@$(BIN)/python -m pytest -q -n $(JOBS) $(ARGS)

lint: $(STAMP)  ## Format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(STAMP)  ## Mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(STAMP)  ## Check the types
	$(BIN)/mypy --strict $(PACKAGES:%=-p %)

floors: $(STAMP)  ## Check that imports point down
	$(BIN)/lint-imports --no-cache

cover: $(STAMP)  ## What `make test` runs, and the thorough tests; a quarter of it is waiting
	@rm -f .coverage .coverage.*
	@$(MAKE) --no-print-directory test JOBS=$$(($(JOBS) + 1)) ARGS="--cov --cov-report="
	$(BIN)/python -m pytest -q -n $$(($(JOBS) + 1)) --dist worksteal -m "thorough and not slow" --cov --cov-append --cov-report=term --cov-fail-under=95 --durations=20 tests $(PLAYED:%=--ignore %)

promises: $(STAMP)  ## Play every promise as far as each commit must; half of it is waiting
	$(BIN)/python -m pytest -q -n $$((2 * $(JOBS))) --maxschedchunk 1 -m "not slow" --durations=10 $(PLAYED)

docs: $(STAMP)  ## Build the docs, warnings as errors
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

check: $(STAMP)  ## All that CI runs
	@$(MAKE) --no-print-directory -j $(JOBS) lint types floors docs
	@$(MAKE) --no-print-directory cover
	@$(MAKE) --no-print-directory promises
	@$(MAKE) --no-print-directory demo > /dev/null
	@echo "check: green"

prove: $(STAMP)  ## Play every promise up to its full figure, from where it stopped; hours
	$(BIN)/python -m tests.prove all --jobs $(JOBS) $(if $(MINUTES),--minutes $(MINUTES))

prove-mutants: $(STAMP)  ## Plant faults into copies; each must be noticed: ONLY=fence
	$(BIN)/python -m tests.mutants --jobs $(JOBS) $(if $(ONLY),--only $(ONLY))

prove-%: $(STAMP)  ## One promise: make prove-r01 MINUTES=10
	$(BIN)/python -m tests.prove $* --jobs $(JOBS) $(if $(MINUTES),--minutes $(MINUTES))

check-long: $(STAMP)  ## The long runs: what `make check` left out, then prove; hours
	PAYCORE_TEST_PROFILE=long $(BIN)/python -m pytest -q -n $(JOBS) -m "" --timeout 3600
	@$(MAKE) --no-print-directory prove

bench: $(STAMP)  ## Measure, as ratios in one run
	@for each in bench/*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

constraints: $(STAMP)  ## Write constraints.txt from what is installed
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '@ ' > constraints.txt

clean:
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache .hypothesis docs/_build
