# `make test` and `make demo` set themselves up: a virtual environment, the package, and what they need.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: test test-hydra-next demo lint bench fuzz mutants tables diagrams test-pythons clean

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	$(BIN)/python -m pip install --quiet --upgrade --target $(VENV)/strict interegular
	touch $@

# As many at a time as there are cores; they wait for schedulers a good deal.
test: $(VENV)/ready
	$(BIN)/python -m pytest -n auto

demo: $(VENV)/ready
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/tools/demo.sh

$(VENV)/lint: pyproject.toml $(VENV)/ready
	$(BIN)/python -m pip install --quiet --editable '.[lint]'
	touch $@

lint: $(VENV)/lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Measured as it is installed, with nothing beside it that would slow its start.
.venv-bench/ready: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet 'hydra-core>=1.3,<1.4'
	touch $@

bench: .venv-bench/ready
	.venv-bench/bin/python -m pip install --quiet --force-reinstall --no-deps .
	.venv-bench/bin/python -m pip install --quiet .
	.venv-bench/bin/python tests/tools/bench.py

# Texts that break something are looked for, half of the time by hypothesis and half by atheris: make fuzz FUZZ_SECONDS=600.
FUZZ_SECONDS ?= 120
.venv-fuzz/ready: pyproject.toml
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/python -m pip install --quiet --editable '.[test,fuzz]'
	touch $@

fuzz: .venv-fuzz/ready
	PYTHONPATH=tests FUZZ_SECONDS=$(FUZZ_SECONDS) .venv-fuzz/bin/python -m tools.fuzz

# Whether some test notices each small change of the language's modules; it takes a quarter of an hour and more.
.venv-mutants/ready: pyproject.toml
	$(PYTHON) -m venv .venv-mutants
	.venv-mutants/bin/python -m pip install --quiet --editable '.[test,mutants]'
	touch $@

mutants: .venv-mutants/ready
	.venv-mutants/bin/python tests/tools/mutants.py $(MODULES)

# The parser's tables, after a change of the grammar or of Lark.
tables: $(VENV)/ready
	PYTHONHASHSEED=0 $(BIN)/python -c 'import heracles.language.parser as s; print(s.tables(), end="")' > tables.tmp
	mv tables.tmp heracles/language/tables.json

# The pictures of the grammar, after a change of it.
diagrams: $(VENV)/ready
	$(BIN)/python tests/tools/diagrams.py

# Hydra's language once more, with the coming hydra-core as the judge.
.venv-hydra-next/ready: pyproject.toml
	$(PYTHON) -m venv .venv-hydra-next
	.venv-hydra-next/bin/python -m pip install --quiet --editable '.[testing]' jsonschema pytest --pre 'hydra-core>=1.4.0rc3,<1.5'
	touch $@

test-hydra-next: .venv-hydra-next/ready
	.venv-hydra-next/bin/python -m pytest tests/external/test_hydra.py
	.venv-hydra-next/bin/python tests/external/hydra_oracle.py --check

# The same tests with other Pythons: make test-pythons PYTHONS='python3.10 python3.13'.
PYTHONS ?= python3.10 python3.13
test-pythons:
	for python in $(PYTHONS); do \
		$(MAKE) test PYTHON=$$python VENV=.venv-$$(basename $$python) || exit 1; \
	done

clean:
	rm -rf .venv* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
