# `make lab` opens the notebooks, `make test` checks everything, `make help` lists the rest.

PYTHON ?= python3## the interpreter that makes the environment: 3.11 or newer, with venv
VENV ?= .venv## the folder of the environment
LAB_ARGS ?=## more options for JupyterLab, for example LAB_ARGS="--port=9000"
NOTEBOOKS ?= notebooks/*.ipynb## those that `make slides` looks at; one without a slide type has no slides
WORKERS ?= auto## how many processes share the tests: auto is one for each core, 0 is none
PYTEST_ARGS ?=## more options for pytest, for example PYTEST_ARGS="-k clipping"
RUN := $(VENV)/bin/python
STAMPS := $(patsubst %,$(VENV)/%.stamp,lab slides site test torch jax dask bench)
# The matrices are small: more threads would only wait for each other.
export OMP_NUM_THREADS ?= 1
# A file of tests stays in one process, as a notebook must, with its kernel; conftest.py says which files come first.
IN_PARALLEL = --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
# Containers often run as root, whom JupyterLab refuses. It listens on this machine only and asks for a token, so it may.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab test slow oldest newest colab torch jax lint format notebooks slides site results bench constraints clean

help: ## list the targets and the settings
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile
	@printf '\nSettings, as in: make lab PYTHON=python3.12\n'
	@awk -F ' [?]= ?|## ' '/^[A-Z_]+ [?]=.*## / { printf "%-12s %s (now: %s)\n", $$1, $$3, $$2 == "" ? "none" : $$2 }' Makefile

lab: $(VENV)/lab.stamp ## open the notebooks in JupyterLab
	@echo 'Starting JupyterLab. If no browser opens, open the address below; Ctrl+C here ends it.'
	@$(RUN) -m jupyterlab --log-level=WARN $(AS_ROOT) $(LAB_ARGS) notebooks/00_start_here.ipynb

test: lint ## lint, unit tests, examples in docstrings, browser tests, and every notebook run and compared
	$(RUN) -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

slow: $(VENV)/test.stamp $(VENV)/dask.stamp ## the tests that take minutes: kills, a Dask cluster
	$(RUN) -m pytest -m slow $(PYTEST_ARGS) tests

oldest: ## the tests with the lowest versions that pyproject.toml allows, and Python 3.11
newest: ## the tests with the newest versions there are
colab: ## the tests with the versions of Google Colab, and Python 3.12

torch: $(VENV)/torch.stamp ## add PyTorch, by pip: `make test` then compares with it

jax: $(VENV)/jax.stamp ## add JAX: a notebook then runs with it, and the tests with both

lint: $(VENV)/test.stamp ## ruff: rules and format, code and notebooks
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

format: $(VENV)/test.stamp ## repair what ruff can repair
	$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

notebooks: $(VENV)/test.stamp ## run all notebooks and store what they print and draw; draw the picture of the README
	$(RUN) -m tools.notebooks notebooks/*.ipynb && $(RUN) tools/readme_picture.py

slides: $(VENV)/slides.stamp ## make slides of the notebooks that have some, in build/slides; they need no network
	$(RUN) -m tools.slides $(NOTEBOOKS)

site: $(VENV)/site.stamp ## build the site in build/site: notebooks, explorers as frames, the package, search
	$(RUN) -m tools.build_site

results: $(VENV)/test.stamp $(VENV)/torch.stamp $(VENV)/jax.stamp ## compute again what is stored in data/ (goes on where it stopped)
	$(RUN) -m tools.temporal_order
	$(RUN) -m tools.cue_recall
	$(RUN) -m tools.language_model
	$(RUN) -m tools.listening
	$(RUN) -m tools.long_memory
	$(RUN) -m tools.trained
	$(RUN) -m tools.frameworks

bench: $(VENV)/bench.stamp ## compare speed and memory with PyTorch, JAX and autograd
	$(RUN) -m benchmarks

constraints: $(VENV)/test.stamp ## resolve constraints.txt anew; what torch brings for graphics cards it pins itself
	$(RUN) -m uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 --all-extras --no-annotate \
	  --no-emit-index-url --custom-compile-command 'make constraints' pyproject.toml > constraints.new
	grep -vE '^(nvidia|cuda|triton)' constraints.new > constraints.txt && rm constraints.new

clean: ## remove the environment and all caches
	rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis && find . -name __pycache__ -prune -exec rm -rf {} +

# Other versions than those of constraints.txt, each set in an environment of its own: pictures differ from the stored
# ones and are not compared. uv fetches a Python that is missing.
oldest: FOR := 3.11
oldest: WITH := --resolution lowest-direct --editable '.[test]'
newest: FOR := $(PYTHON)
newest: WITH := --editable '.[test]'
colab: FOR := 3.12
colab: WITH := --requirement tools/colab.txt --editable . hypothesis nbval
# Colab's IPython and jupyter_client are older than its Python, which warns of them.
colab: PASS := $(addprefix -W ignore::DeprecationWarning:,jupyter_client.session jupyter_client.utils IPython.core.history)
oldest newest colab: $(VENV)/test.stamp
	$(RUN) -m uv venv --quiet --clear --python $(FOR) build/$@
	$(RUN) -m uv pip install --quiet --python build/$@ $(WITH)
	build/$@/bin/python -m pytest --ignore=tests/browser $(PASS) $(PYTEST_ARGS)

# An environment is made once; an extra is installed when its stamp is older than what decides about it.
$(VENV)/made:
	@command -v $(PYTHON) > /dev/null || { echo "Python: want 3.11 or newer, with venv; found no $(PYTHON)" >&2; exit 1; }
	@$(PYTHON) tools/check_python.py
	@echo 'Making an environment in $(VENV)'
	@$(PYTHON) -m venv $(VENV) && touch $@

$(STAMPS): $(VENV)/%.stamp: pyproject.toml constraints.txt | $(VENV)/made
	@$(RUN) tools/install.py $* $(VENV)

# uv would take the large PyTorch for graphics cards, unless pip has brought one before.
$(VENV)/bench.stamp: | $(VENV)/torch.stamp
