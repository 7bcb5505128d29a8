# Everything is started from here. `make help` lists the targets; the comments after `##` are its text.
# Paths are relative, so that the clone may stand under a path with a space in it.

PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: run test bench lint lock help FORCE
.DELETE_ON_ERROR:

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

# The server would take a closed terminal (HUP) for a wish to reload, and stay; so every signal is passed on as TERM.
run: $(VENV)/run.stamp ## Migrate the database, load the samples, serve (PORT, HOST, WORKERS, DATABASE_URL)
	@$(IN_VENV) -m flask --app wsgi db upgrade
	@$(IN_VENV) -m flask --app wsgi seed
	@echo "The API and its documentation: http://$${HOST:-127.0.0.1}:$${PORT:-8000}/docs"
	@$(IN_VENV) -m granian wsgi:app --interface wsgi --no-ws --host "$${HOST:-127.0.0.1}" --port "$${PORT:-8000}" \
		--workers "$${WORKERS:-1}" --blocking-threads 32 --respawn-failed-workers --workers-kill-timeout 10 & \
	server=$$!; trap 'kill -TERM $$server 2>/dev/null' HUP INT TERM; \
	wait $$server; code=$$?; \
	while kill -0 $$server 2>/dev/null; do wait $$server; code=$$?; done; exit $$code

test: $(VENV)/dev.stamp ## Run the tests on SQLite and PostgreSQL, with coverage (ARGS='-k name' to choose)
	@$(IN_VENV) -m pytest -n 2 --dist loadfile --cov --cov-report=term $(ARGS)

bench: $(VENV)/dev.stamp ## Measure requests per second and latency against a bare route
	@$(IN_VENV) -m benchmarks $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, formatting and types
	@$(IN_VENV) -m ruff check .
	@$(IN_VENV) -m ruff format --check .
	@$(IN_VENV) -m mypy

LOCK := $(IN_VENV) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

lock: $(VENV)/dev.stamp ## Write both lock files from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(LOCK) $(ARGS) pyproject.toml --output-file requirements.lock
	@$(LOCK) $(ARGS) pyproject.toml --group dev --output-file requirements-dev.lock
	@if grep -nE '://|index-url|find-links' requirements.lock requirements-dev.lock; \
		then echo "A lock file names a place on the network; it must hold names, versions and hashes only." >&2; exit 1; fi

# The stamps: installing happens only when a lock file or the version of PYTHON changed.

$(VENV)/run.stamp: requirements.lock $(VENV)/python.stamp
	@echo "Installing requirements.lock into $(VENV)" >&2
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/python.stamp
	@echo "Installing requirements-dev.lock into $(VENV)" >&2
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Looked at each time, rewritten only when it no longer tells the truth. Another PYTHON gets a new environment,
# because the packages of one version do not run on another.
$(VENV)/python.stamp: FORCE
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Caveat needs Python 3.11 or newer, and '$(PYTHON)' is not. Try: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@version=$$($(PYTHON) -c 'import platform; print(platform.python_implementation(), platform.python_version())') && \
	if [ ! -x $(IN_VENV) ] || [ "$$(cat $@ 2>/dev/null)" != "$$version" ]; then \
		echo "Making $(VENV) with $$version" >&2 && \
		$(PYTHON) -m venv --clear $(VENV) && echo "$$version" > $@; \
	fi

FORCE:
