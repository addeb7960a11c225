# `make test`, `make demo` and the others set themselves up: a virtual environment, the package, and what they need.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: help test test-bare test-pythons test-hydra-next test-live lint demo bench fuzz storm mutants tables diagrams clean

help: ## print these lines
	@while IFS= read -r line; do \
		case $$line in [a-z]*:*'## '*) printf 'make %-16s %s\n' "$${line%%:*}" "$${line##*'## '}";; esac; \
	done < $(firstword $(MAKEFILE_LIST))

# What pip installs into each virtual environment; into others, such as `make test-pythons` makes, what tests need.
# The benchmark measures Heracles as it is installed, with nothing else there that would slow its start.
INSTALLED_.venv-bench = 'hydra-core>=1.3,<1.4'
INSTALLED_.venv-fuzz = --editable '.[test,fuzz]'
INSTALLED_.venv-hydra-next = --editable '.[hypothesis]' jsonschema pytest --pre 'hydra-core>=1.4.0rc3,<1.5'
INSTALLED_.venv-lint = --editable '.[test,lint]'
INSTALLED_.venv-mutants = --editable '.[test,mutants]'

# interegular slows Lark down wherever it is installed, so it has a folder apart, for the one test that needs it.
%/ready: pyproject.toml
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet $(or $(INSTALLED_$*),--editable '.[test]')
	$*/bin/python -m pip install --quiet --upgrade --target $*/strict interegular
	touch $@

# One worker more than there are cores, as tests with schedulers mostly wait; an idle one takes tests of the others.
WORKERS = -n $$(($$(nproc) + 1)) --dist worksteal
test: $(VENV)/ready ## run the tests
	$(BIN)/python -m pytest $(WORKERS) $(TESTS)

# The same tests with few examples each: what shows here is a program that is missing, not a rare value.
test-bare: $(VENV)/ready ## run the tests as on a machine without schedulers, other shells and such
	HYPOTHESIS_PROFILE=few bash tests/tools/bare.sh $(BIN)/python -m pytest $(WORKERS)

# What Python takes part in. The other tests are about schedulers, other languages and the texts of files.
PORTABLE = tests/unit tests/laws tests/cli tests/external/reuse tests/external/test_packaging.py tests/test_starts.py
PYTHONS ?= python3.10 python3.13
test-pythons: ## run the tests with other Pythons: PYTHONS='python3.10 python3.13'
	for python in $(PYTHONS); do \
		$(MAKE) test PYTHON=$$python VENV=.venv-$$(basename $$python) TESTS='$(PORTABLE)' || exit 1; \
	done

test-hydra-next: .venv-hydra-next/ready ## test the language against the next hydra-core
	.venv-hydra-next/bin/python -m pytest tests/external/test_hydra.py
	.venv-hydra-next/bin/python tests/external/hydra_oracle.py --check
	.venv-hydra-next/bin/python -m pytest tests/external/test_multirun.py tests/external/test_multirun_live.py tests/external/hydra_next_aliases.py

test-live: $(VENV)/ready ## launch all lines of multiruns with Hydra itself, and with Heracles
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest $(WORKERS) tests/external/test_multirun_live.py

SHELL_FILES = .ci/run $(wildcard tests/tools/*.sh heracles/backends/runtime/*.bash)
lint: .venv-lint/ready ## check style, types, spelling and the shell files
	.venv-lint/bin/ruff check
	.venv-lint/bin/ruff format --check
	.venv-lint/bin/mypy
	.venv-lint/bin/codespell
	.venv-lint/bin/shellcheck $(SHELL_FILES)

demo: $(VENV)/ready ## show a sweep: look, run, status, a failure and its retry
	PATH="$(CURDIR)/$(BIN):$$PATH" bash tests/tools/demo.sh

bench: .venv-bench/ready ## measure against peers and floors
	.venv-bench/bin/python -m pip install --quiet --force-reinstall --no-deps .
	.venv-bench/bin/python -m pip install --quiet .
	PYTHONPATH=tests .venv-bench/bin/python tests/tools/bench.py

# By hypothesis, by atheris, and in what reads journals, exit records and schedulers' answers.
FUZZ_SECONDS ?= 120
fuzz: .venv-fuzz/ready ## look for texts that break something: FUZZ_SECONDS=600
	PYTHONPATH=tests FUZZ_SECONDS=$(FUZZ_SECONDS) .venv-fuzz/bin/python -m tools.fuzz

KILLS ?= 300
storm: $(VENV)/ready ## kill every action at random instants, on two real Slurm clusters: KILLS=1000
	PYTHONPATH=tests $(BIN)/python -m tools.storm --kills $(KILLS)

mutants: .venv-mutants/ready ## test the tests with mutants of the language, for 15 minutes or more: MODULES=...
	.venv-mutants/bin/python tests/tools/mutants.py $(MODULES)

tables: $(VENV)/ready ## make the parser's tables anew, after a change of the grammar or of Lark
	PYTHONHASHSEED=0 PYTHONPATH=tests $(BIN)/python tests/tools/tables.py

diagrams: $(VENV)/ready ## draw the grammar anew, after a change of it
	$(BIN)/python tests/tools/diagrams.py

clean: ## delete everything that make made
	rm -rf .venv* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
