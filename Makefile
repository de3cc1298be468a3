# Needs only python3 (3.11 or newer) with pip and venv, and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -qq

# Else every process that a test starts would compile all of Pandu for itself.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo demo-reset run test test-long gallery bench chaos soak lint clean

help:
	@echo "make demo        try Pandu on this machine, without Telegram"
	@echo "make demo-reset  the same, from the beginning"
	@echo "make run         run the bot (settings: see .env.example)"
	@echo "make test        every check and test"
	@echo "make test-long   every test, the random ones in their long form"
	@echo "make gallery     every message Pandu can send, on one page to read"
	@echo "make bench       measure what is promised to be fast"
	@echo "make chaos       three replicas in a storm of faults, and what came of it"
	@echo "make soak        a quarter of ten offices as fast as it goes (LONG=1: of a thousand)"

demo: $(VENV)/runtime.stamp
	@$(BIN)/pandu demo $(if $(PORT),--port $(PORT)) $(if $(HOST),--host $(HOST)) $(if $(PIN),--pin $(PIN))

demo-reset: $(VENV)/runtime.stamp
	@$(BIN)/pandu demo --reset $(if $(PORT),--port $(PORT))

run: $(VENV)/runtime.stamp
	@$(BIN)/pandu run

test: lint
	$(BIN)/python -m pytest -n 4 --dist loadfile -m "not long" tests

test-long: $(VENV)/dev.stamp
	PANDU_TEST_LONG=1 $(BIN)/python -m pytest -n 2 --dist loadfile tests

gallery: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.gallery

bench: $(VENV)/bench.stamp
	@$(BIN)/python -m benchmarks

chaos: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.chaos

soak: $(VENV)/dev.stamp
	@$(BIN)/python -m benchmarks.soak $(if $(LONG),--long) $(if $(MINUTES),--minutes $(MINUTES))

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# The locked packages, then Pandu itself from this folder. A stamp is older than its lock file
# when the lock has changed since; then the packages are brought up to date.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pandu needs Python 3.11 or newer (make PYTHON=...)" or 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements/runtime.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Pandu needs (once) ..."
	@$(PIP) install --require-hashes -r requirements/runtime.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Pandu and its tests need (once) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/runtime.stamp

$(VENV)/bench.stamp: requirements/bench.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Pandu is measured beside (once) ..."
	@$(PIP) install --require-hashes -r requirements/bench.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ $(VENV)/dev.stamp $(VENV)/runtime.stamp
