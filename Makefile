# The commands of the course. `make` alone explains them; `make serve` and `make test` are the two that matter.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# Another Python: make setup PYTHON=/path/to/python3.12
PYTHON ?=
PORT ?= 8000

# One thread per process, set before any Python starts: numbers are the same whatever the machine, and processes that
# run side by side do not slow each other down.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

# Tests run in as many processes as there are cores, at most four; a file's tests, and a notebook's cells, stay together.
PYTEST := $(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile --nbval --nbval-current-env

.DEFAULT_GOAL := help
.PHONY: help setup serve site lab notebooks studies bench test test-full lint browser instructor wheel repository clean

help: ## explain the commands
	@echo "Read the course:   make serve     then open the address it prints"
	@echo "Test everything:   make test"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)$$/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

# The first Python from 3.11 to 3.13 that can make virtual environments; otherwise say what is missing.
$(STAMP): requirements.txt pyproject.toml
	@found=""; without=""; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
	  if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found="$$python"; break; fi; \
	  without="$$python"; \
	done; \
	if [ -z "$$found" ] && [ -n "$$without" ]; then \
	  echo "$$without has no venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	elif [ -z "$$found" ]; then \
	  echo "Python 3.11, 3.12 or 3.13 is needed, and $(if $(PYTHON),$(PYTHON) is none of them,none was found)." >&2; \
	  echo "Install one (python.org, or your system's packages), or name it: make setup PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	  echo "Making $(VENV) with $$("$$found" --version)"; \
	  "$$found" -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

setup: $(STAMP) ## make .venv with the tested versions and the package

serve: $(STAMP) ## build the website if something changed, serve it on this computer, print the address
	@$(BIN)/python -m dlcourse.recipes.site serve --port $(PORT)

site: $(STAMP) ## build the website into _build/html, warnings as errors
	@$(BIN)/python -m dlcourse.recipes.site build

lab: $(STAMP) ## open the notebooks in JupyterLab
	cd notebooks && ../$(BIN)/python -m jupyterlab

notebooks: $(STAMP) ## run every notebook top to bottom and store clean outputs
	@$(BIN)/python -m dlcourse.recipes.notebooks

studies: $(STAMP) ## remake the tables of the long experiments
	@$(BIN)/python -m dlcourse.studies

bench: $(STAMP) ## race the engine against PyTorch, print and store the tables (some minutes)
	@$(BIN)/python -m dlcourse.benchmark --write

test: $(STAMP) ## run everything that continuous integration runs
	$(PYTEST) tests notebooks

test-full: $(STAMP) ## run the slow proofs as well
	$(PYTEST) -m "full or not full" tests notebooks

lint: $(STAMP) ## check the style only
	$(BIN)/python -m ruff check .

browser: $(STAMP) ## get a browser for the tests, if none is found
	@$(BIN)/python -m dlcourse.recipes.browser

instructor: $(STAMP) ## get what grading needs: nbgrader, and bubblewrap where that is allowed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt "nbgrader>=0.9.5,<0.10"
	@$(BIN)/python -m dlcourse.recipes.bubblewrap

wheel: $(STAMP) ## build the package into dist/
	@$(BIN)/python -m dlcourse.recipes.wheel

repository: $(STAMP) ## set the address of the repository: make repository ADDRESS=https://...
	@$(BIN)/python -m dlcourse.recipes.repository "$(ADDRESS)"

clean: ## remove what the commands made
	rm -rf $(VENV) _build build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
