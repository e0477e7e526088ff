# The commands of this house; `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run demo test test-unit test-system lint format bench clean

PY := .venv/bin/python
# Each worker holds an embedded ClickHouse, so two are enough for two cores and a laptop's memory.
TEST_WORKERS ?= 2
# These start servers. In each of the two rows one test comes after the other: the browser's tests share a server and what was
# sent to it, and the others want to see a server fail at a certain moment.
SERVER_TESTS := tests/system tests/sdk tests/docs/test_readme.py tests/docs/test_guides.py
BROWSER_TESTS := tests/browser

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: ## set up what is missing and serve everything in one process
	@scripts/setup run
	@exec $(PY) manage.py up

demo: ## the same, with an example project in it; a server that runs already makes it
	@scripts/setup run
	@exec $(PY) manage.py seed_demo --serve

test: ## set up what the tests need and run them all
	@scripts/setup test
	@failed=0; $(MAKE) --no-print-directory unit-tests || failed=1; \
	$(MAKE) --no-print-directory system-tests || failed=1; exit $$failed

test-unit: ## only the fast tests
	@scripts/setup dev
	@$(MAKE) --no-print-directory unit-tests

test-system: ## only the tests that start servers and a browser
	@scripts/setup test
	@$(MAKE) --no-print-directory system-tests

.PHONY: unit-tests sdk-tests system-tests server-tests browser-tests
unit-tests:
	@$(PY) -m pytest -n $(TEST_WORKERS) --dist loadfile tests $(addprefix --ignore=,$(SERVER_TESTS) $(BROWSER_TESTS)) $(ARGS)
	@$(MAKE) --no-print-directory sdk-tests

# The SDK has a project of its own: its tests know nothing of the server.
sdk-tests:
	@cd sdk/python && ../../$(PY) -m pytest -p no:schemathesis -p no:django

# Both rows wait more than they work. What a row prints comes when it is over.
system-tests:
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target server-tests browser-tests

server-tests:
	@$(PY) -m pytest $(SERVER_TESTS) $(ARGS)

browser-tests:
	@$(PY) -m pytest $(BROWSER_TESTS) $(ARGS)

lint: ## formatting, rules, types and import contracts
	@scripts/setup dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m pyright
	.venv/bin/lint-imports

format: ## format the code and apply the safe fixes
	@scripts/setup dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: ## measure ingest, queries and pages; JSON lines on stdout
	@scripts/setup dev >&2
	@$(PY) -m benchmarks.ingest $(BENCH_INGEST)
	@$(PY) -m benchmarks.queries $(BENCH_QUERIES)
	@$(PY) -m benchmarks.pages $(BENCH_PAGES)

clean: ## remove the virtual environment and caches; the data folder stays
	rm -rf .venv .make .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
