# Everything happens in a virtual environment inside the checkout; nothing is installed elsewhere.
#   make demo    run the bundled case of Mosul and write its report (the first call installs)
#   make test    every check that a change must pass
#   make lint    the checks without the tests
#   make bench   every figure about speed, measured on this machine
#   make bench-flee  the same work done by Flee 3.1, which it installs into build/flee-3.1 (BENCH_OPTIONS=--quick for less)
#   make soak    kill what does an ensemble 200 times at random, and hold its bits against those of one left alone
#   make bench-many  ensembles: members a second, what is kept, how soon a what-if is answered
#   make docs    write the generated pages of docs/reference anew
#   make lock    solve requirements.lock anew (needs `uv`)
#   make clean   remove what these targets made

PYTHON ?= python3
VENV ?= .venv
PYTEST_OPTIONS ?=
BENCH_OPTIONS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
CODE := src tests scripts benchmarks

.PHONY: demo test lint bench bench-flee bench-many soak docs lock clean

demo: $(READY)
	rm -rf demo/mosul demo/mosul.report
	$(BIN)/havenward run mosul --members 10 --seed 1 --out demo/mosul
	$(BIN)/havenward report demo/mosul
	@echo "Open the page above in a browser; the tables are in demo/mosul/summary.xlsx"

test: lint
	@$(BIN)/pytest $(PYTEST_OPTIONS)

lint: $(READY)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python benchmarks/run.py

bench-flee: $(READY)
	$(BIN)/python benchmarks/vs_flee.py $(BENCH_OPTIONS)

soak: $(READY)
	$(BIN)/python -m tests.faults.kills 200

bench-many: $(READY)
	$(BIN)/python benchmarks/many.py $(BENCH_OPTIONS)

docs: $(READY)
	$(BIN)/python -m havenward.scenario.document docs/reference
	$(BIN)/python scripts/reference_pages.py

# Hatchling and editables stand in the lock because the package is built without isolation: nothing unlocked is fetched.
lock:
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --upgrade --quiet \
	  --output-file requirements.lock

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13; name one that is: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)
