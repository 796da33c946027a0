# Everything a developer types. "make help" lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first Python of at least 3.11 that can make virtual environments; PYTHON=/path/to/python overrides.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null && $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { command -v $$name; break; }; done)
PY := .venv/bin/python
STAMP := .venv/.installed

# Compiled modules are kept: each worker and each hub that a test starts would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help venv demo test check format bench bench-detection soak constraints clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

venv: $(STAMP) ## make the environment in .venv with the versions of constraints.txt

# A pip of its own version first: an old one may not know the newest wheel tags.
$(STAMP): pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python of version 3.11 or later with the venv module was found." >&2; \
		echo "On Debian 12, Ubuntu 24.04 or Raspberry Pi OS: sudo apt install python3-venv" >&2; \
		echo "Elsewhere: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@if [ -x $(PY) ] && ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then rm -rf .venv; fi
	@[ -x $(PY) ] || "$(PYTHON)" -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt pip setuptools
	@# Its warning of folders that shadow a package would be the first thing that a newcomer reads.
	PYTHONWARNINGS='ignore:Editable installation' $(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[demo,dev]'
	@touch $@

demo: venv ## start broker, hub and simulated homes on this machine; RESET=1 begins anew
	$(PY) -m hub demo $(if $(RESET),--reset)

test: venv ## run all tests; TESTS=tests/core runs a part
	$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder $(TESTS)

check: venv ## style, types, import directions, wheels for the Raspberry Pi
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q tests/test_architecture.py tests/test_project.py
	$(PY) scripts/arm64_wheels.py

format: venv ## repair what can be repaired by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: venv ## measure; prints numbers, judges nothing
	$(PY) -m tests.benchmarks

bench-detection: venv ## how good the judgement is: recordings of CARE_DATA, simulated months, cost
	$(PY) -m tests.benchmarks.detection

soak: venv ## hours of faults: simulated lives, kills, floods; SEEDS=5000 and MINUTES=60 say how long
	$(PY) -m tests.soak $(if $(SEEDS),--seeds $(SEEDS)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(KILLS),--kills $(KILLS))

constraints: ## resolve the newest versions and write them into constraints.txt
	"$(PYTHON)" scripts/refresh_constraints.py

clean: ## remove the environment and the caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
