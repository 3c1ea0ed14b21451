# Two commands do everything on a fresh machine: `make issue` and `make test`.

NEWSLETTER := .venv/bin/newsletter
PYTHON := .venv/bin/python

# Tests start the command hundreds of times: its bytecode is kept, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: issue test coverage setup lint docs benchmarks gallery clean

issue: setup  ## set up, then check, translate and build the sample issues into dist/
	$(NEWSLETTER) check --publication seeds
	$(NEWSLETTER) translate --publication seeds --all
	$(NEWSLETTER) build --publication seeds --all --out dist

test: setup lint  ## set up, then run all tests
	$(PYTHON) -m pytest -n auto

coverage: setup  ## all tests once more, and the lines that none of them reached
	$(PYTHON) -m pytest -n auto --cov=toolkit --cov-report=term-missing:skip-covered

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

docs: setup  ## write the reference of all commands from their own help
	$(PYTHON) -m toolkit.commands.reference > docs/commands.md

benchmarks: setup  ## print speed and memory, side by side with a baseline
	$(PYTHON) -m benchmarks

gallery: setup  ## pictures of every page of the samples in every format, into gallery/
	$(PYTHON) -m benchmarks.gallery

setup: .venv/.ready

.venv/.ready: pyproject.toml .ci/setup
	.ci/setup

clean:  ## remove what was built, not what was written
	find dist -mindepth 1 ! -name .gitkeep -delete
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage
