# Two commands matter: `make report` and `make test`. Each installs what is missing first.

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
STAMP := $(VENV)/.installed
OK := import sys; sys.exit(sys.version_info < (3, 11))

# The first Python that is new enough; `make PYTHON=/path/to/python3.12 ...` names another one.
PYTHON ?= $(shell for one in python3 python3.11 python3.12 python3.13 python3.14; do \
	if $$one -c '$(OK)' 2>/dev/null; then echo $$one; break; fi; done)

# Compiled modules start three times faster; some machines forbid writing them.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help setup report test readme lab serve bench lock clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | awk -F'|' '{printf "%-15s %s\n", $$1, $$2}'
	@echo '  Options go in ARGS: make report ARGS="meta_2026 --jobs 1"'

setup: $(STAMP) ## Create .venv and install the locked dependencies

report: $(STAMP) ## Re-execute every report and publish to reports/latest
	@$(BIN)/python -m analysis report $(ARGS)

test: $(STAMP) ## Run the whole test suite
	@if [ -z "$(ARGS)" ]; then $(BIN)/python -m tests.whole; else $(BIN)/python -m pytest $(ARGS); fi

readme: $(STAMP) ## Draw the findings block of README.md from reports/latest
	@$(BIN)/python -m analysis readme

lab: $(STAMP) ## Open JupyterLab on notebooks/
	@$(BIN)/python -m analysis lab

serve: $(STAMP) ## Serve reports/latest on this machine and print the address
	@$(BIN)/python -m analysis serve $(ARGS)

bench: $(STAMP) ## Measure speed as ratios, and compare two whole editions byte by byte
	@for one in economics multiverse models drivers timing_and_breaks outlook refresh; do \
		$(BIN)/python -m tests.bench.bench_$$one || exit 1; done
	@$(BIN)/python -m tests.bench.bench_reports

lock: $(STAMP) ## Resolve pyproject.toml again into requirements.lock (for maintainers)
	@$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade \
		pyproject.toml --output-file requirements.lock

clean: ## Remove .venv, caches and reports/latest
	rm -rf $(VENV) reports/latest reports/experiments .pytest_cache .mypy_cache .ruff_cache *.egg-info
	find analysis tests -name __pycache__ -type d -prune -exec rm -rf {} +

# uv installs in a fraction of pip's time; where it cannot be had, pip reads the same hashed lock.
$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ] || ! $(PYTHON) -c '$(OK)'; then \
		echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>&1). Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@rm -f $@
	@echo "Installing into $(VENV) (some minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@index=$$($(BIN)/python -m pip config get global.index-url 2>/dev/null || true); \
	if $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) && \
		UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$$index} $(BIN)/uv pip install --quiet --python $(BIN)/python \
		--compile-bytecode --require-hashes -r requirements.lock; then :; else \
		echo "uv could not be used; installing with pip"; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@find $(VENV) -name '*.pyc' | grep -q . || { echo "no compiled modules in $(VENV)" >&2; exit 1; }
	@touch $@
