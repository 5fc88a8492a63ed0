# Everything runs in .venv, which `make setup` builds from the hash-pinned lock; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
KILLS ?= 40

.PHONY: setup up test deep bench chaos check lint lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing from requirements.lock ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q incident workers web
	@touch .venv/.ready

up: setup            ## start the embedded node; pass options with ARGS="--port 8765"
	@exec $(BIN)/demarche up $(ARGS)

test: setup          ## the whole suite, on real PostgreSQL and Redis
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not deep" $(ARGS)

deep: setup          ## longer campaigns
	$(BIN)/python -m pytest -m deep -s $(ARGS)
	DEMARCHE_ALL_EXAMPLES=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "not deep" tests/rules $(ARGS)

bench: setup         ## every figure beside its floor, in about ten minutes; ARGS="--quick --only intake"
	$(BIN)/python -m tests.bench $(ARGS)

chaos: setup         ## break everything by a seed, and count what was lost, early, doubled or stuck; KILLS=200 SEED=7 CHAOS_JSON=path
	$(BIN)/python -m tests.chaos --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(if $(CHAOS_JSON),--json $(CHAOS_JSON)) $(ARGS)

check: lint
	$(BIN)/python .ci/lock_in_step.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: setup          ## write the locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --extra test -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock -o requirements-runtime.lock pyproject.toml

clean:
	rm -rf .venv build *.egg-info
