# Everything is set up by the targets that need it; a second run finds it done.

PORT ?= 8000
BIN := .venv/bin
SERVING := .venv/.serving
DEVELOPING := .venv/.developing
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help run test test-system check bench walk fuzz chaos screenshots lock setup

help:
	@echo "make run          serve on PORT=$(PORT), with everything that this needs"
	@echo "make test         all tests, on SQLite and on PostgreSQL"
	@echo "make test-system  the tests that need Debian packages"
	@echo "make check        lint, types, import contracts"
	@echo "make bench        hops a second on both databases (LARGE=1: among a million reports)"
	@echo "make walk         10,000 sessions at random, on both databases"
	@echo "make fuzz         100,000 inputs to the hooks (INPUTS=n for another number)"
	@echo "make screenshots  the pages as they look, into docs/screenshots"
	@echo "make chaos        kills parts at random (ROUNDS=10), on both databases, and counts what is lost"
	@echo "make lock         pin the requirements anew"

run: $(SERVING)
	@PORT=$(PORT) exec $(BIN)/python -m service.demo

test: $(DEVELOPING)
	$(BIN)/python -m pytest -q -n 2 -m "not system"
	@echo "Left out: the tests marked 'system'; make test-system runs them."

test-system: $(DEVELOPING)
	@.ci/system-packages
	@$(BIN)/python -m pytest -q -m system; code=$$?; \
	if [ $$code -eq 5 ]; then echo "There are no tests marked 'system'."; exit 0; fi; exit $$code

check: $(DEVELOPING)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit -q -ll -r flows models handlers service wsgi.py worker.py

bench: $(DEVELOPING)
	@PYTHONPATH=tests $(BIN)/python -m bench $(if $(LARGE),--large)

walk: $(DEVELOPING)
	@PYTHONPATH=tests $(BIN)/python -m bench.walker

fuzz: $(DEVELOPING)
	FUZZ_INPUTS=$(or $(INPUTS),100000) $(BIN)/python -m pytest -q -k "sqlite and nothing_breaks" tests/test_hooks_any_input.py \
		--hypothesis-profile=long --hypothesis-show-statistics

screenshots: $(DEVELOPING)
	@.ci/system-packages
	@PYTHONPATH=tests $(BIN)/python -m bench.screenshots

chaos: $(DEVELOPING)
	@PYTHONPATH=tests $(BIN)/python -m chaos --rounds $(or $(ROUNDS),10) $(if $(SEED),--seed $(SEED))

lock: $(DEVELOPING)
	PATH="$(BIN):$$PATH" $(LOCK) -o requirements.txt
	PATH="$(BIN):$$PATH" $(LOCK) --group dev -o requirements-dev.txt

setup: $(DEVELOPING)

# What is pinned for developing includes what is pinned for serving.
$(SERVING): requirements.txt
	@[ $(DEVELOPING) -nt requirements.txt ] || .ci/setup requirements.txt add
	@touch $@

$(DEVELOPING): requirements-dev.txt
	@.ci/setup requirements-dev.txt exactly
	@touch $@ $(SERVING)
