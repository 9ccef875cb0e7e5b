# `make lab` opens the notebooks, `make test` checks everything, `make help` lists the rest.
# Settings: PYTHON (the interpreter that makes the environment), LAB_ARGS and PYTEST_ARGS (handed on).

PYTHON ?= python3
VENV ?= .venv
UV ?= uv
RUN := $(VENV)/bin/python
STAMPS := $(VENV)/lab.stamp $(VENV)/test.stamp $(VENV)/bench.stamp
# The matrices are small: more threads would only wait for each other.
export OMP_NUM_THREADS ?= 1

.PHONY: help lab test lint format notebooks results bench constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

lab: $(VENV)/lab.stamp ## open the notebooks in JupyterLab
	$(RUN) -m jupyterlab $(LAB_ARGS) notebooks/00_start_here.ipynb

test: lint ## lint, unit tests, examples in docstrings, browser tests, and every notebook run and compared
	$(RUN) -m pytest $(PYTEST_ARGS)

lint: $(VENV)/test.stamp ## ruff: rules and format, code and notebooks
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

format: $(VENV)/test.stamp ## repair what ruff can repair
	$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

notebooks: $(VENV)/test.stamp ## run all notebooks and store what they print and draw; draw the picture of the README
	$(RUN) tools/notebooks.py notebooks/*.ipynb && $(RUN) tools/readme_picture.py

results: $(VENV)/lab.stamp ## train again what is stored in data/ (goes on where it stopped)
	$(RUN) tools/temporal_order.py

bench: $(VENV)/bench.stamp ## compare speed and memory with PyTorch, JAX and autograd
	$(RUN) -m benchmarks

constraints: ## resolve constraints.txt anew with uv; what torch brings for graphics cards it pins itself
	$(UV) pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --all-extras --no-annotate \
	  --no-emit-index-url --custom-compile-command 'make constraints' pyproject.toml > constraints.new
	grep -vE '^(nvidia|cuda|triton)' constraints.new > constraints.txt && rm constraints.new

clean: ## remove the environment and all caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis && find . -name __pycache__ -prune -exec rm -rf {} +

# An environment is made once; extras are installed again when their versions may have changed. Each one includes lab.
$(VENV)/made:
	@command -v $(PYTHON) > /dev/null || { echo "Python: want 3.11 or newer, with venv; found no $(PYTHON)" >&2; exit 1; }
	@$(PYTHON) tools/check_python.py
	$(PYTHON) -m venv $(VENV) && touch $@

$(STAMPS): $(VENV)/%.stamp: pyproject.toml constraints.txt | $(VENV)/made
	$(RUN) -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[$*]' && touch $@ $(VENV)/lab.stamp
