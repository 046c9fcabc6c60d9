# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo check test bench evidence lock clean

$(VENV)/app: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/dev: $(VENV)/app requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

demo: $(VENV)/app
	$(BIN)/kazasu demo $(ARGS)

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n 2 -m "not slow and not r" tests/experiments tests/ingest $(ARGS)

test: $(VENV)/dev
	$(BIN)/python -m tests.selection $(ARGS)

# What a peer needs that the app cannot live with (lifelines: an older pandas) has an environment of its own.
$(VENV)-peers/made: requirements-peers.lock
	test -x $(VENV)-peers/bin/python || $(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-peers.lock
	touch $@

bench: $(VENV)/dev $(VENV)-peers/made
	$(BIN)/python -m benchmarks.run $(ARGS)

evidence: $(VENV)/dev
	$(BIN)/python -m benchmarks.evidence $(ARGS)

lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check .
	$(VENV)-lock/bin/python -m pip freeze --exclude kazasu > requirements.lock
	$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check ".[dev]"
	$(VENV)-lock/bin/python -m pip freeze --exclude kazasu > requirements-dev.lock
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis
