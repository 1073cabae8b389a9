# `make run` and `make test` are all that a newcomer needs; both set themselves up.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run test check reliability format measured fit lock clean

help:
	@echo "make run      try the coach in a browser, or connect it when Slack tokens are set"
	@echo "make test     run all tests"
	@echo "make check    format, lint, types, content and tests, as continuous integration does"
	@echo "make reliability  run the proofs that take minutes: time, deaths, months, kills, pace, speed"
	@echo "make format   put the code into its standard form"
	@echo "make measured measure the answers again, after any change of the content"
	@echo "make fit      fit the answer search to the content again (a quarter of an hour)"
	@echo "make lock     compile the lock files from pyproject.toml"
	@echo "make clean    delete what make made"

run: .venv/.runtime
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; \
	if [ -n "$$SLACK_BOT_TOKEN" ]; then exec $(BIN)/coach run; else exec $(BIN)/coach play; fi

test: .venv/.dev
	$(BIN)/pytest

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/coach check
	$(BIN)/pytest

# Each prints its figures and its seed; all run, and it ends with an error when one found a fault.
PROOFS := time_zones travel zone_data crash_points simulator killer postgres_kills stops pacing speed

reliability: .venv/.dev
	@failed=""; for proof in $(PROOFS); do \
		$(BIN)/python -m tests.reliability.$$proof || failed="$$failed $$proof"; \
	done; [ -z "$$failed" ] || { echo "Not as it should be:$$failed"; exit 1; }

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

measured: .venv/.dev
	$(BIN)/python -m tests.answers.measured

fit: .venv/.fit
	$(BIN)/python -m tests.answers.fit

# What is installed is exactly what the committed lock names, each file by its hash.
.venv/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed. Name one: make run PYTHON=python3.12"; exit 1; }
	@echo "Setting up .venv (once, about half a minute)"
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Installing the tools for tests (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.fit: requirements-fit.lock .venv/.dev
	@echo "Installing the tools for fitting (once)"
	@$(PIP) install --require-hashes -r requirements-fit.lock
	@touch $@

# One lock for every platform; it names no package index, so it installs from any.
LOCK := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --python-version 3.11 --extra build pyproject.toml

lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip --quiet install uv
	.venv-lock/bin/$(LOCK) --output-file requirements.lock
	.venv-lock/bin/$(LOCK) --extra dev --output-file requirements-dev.lock
	.venv-lock/bin/$(LOCK) --extra dev --extra fit --output-file requirements-fit.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
