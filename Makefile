# Everything a person or a build server does with this project. `make` alone lists it.

.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
PYTHON_HERE := .venv/bin/python
# More processes than cores only make browsers slow. One that has no tests left takes some of another's: with the default,
# one process was alone with the browsers for half of the run.
TEST_PROCESSES ?= logical
# Extra words for pytest: make test ARGS="tests/scaleset -k password"
ARGS ?=
# Python keeps what it has compiled, also where the environment says otherwise: tests start the product dozens of times.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: run
run: .venv-run  ## Start the product on this machine (PORT=8000 SANDBOX_PORT=8001)
	@$(PYTHON_HERE) scripts/run.py

.PHONY: test
test: .venv-tests  ## Run all tests, browser tests included (ARGS="..." goes to pytest)
	@chromium=$$($(PYTHON_HERE) scripts/chromium.py) && \
	VMSSBUILDER_CHROMIUM="$$chromium" $(PYTHON_HERE) -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

# What writes to the database, on a real PostgreSQL from a Python package.
POSTGRESQL_TESTS = tests/actions tests/comments tests/drafts/test_actions.py tests/drafts/test_people.py tests/reviews tests/submissions/test_seals.py tests/submissions/test_transitions.py \
	tests/submissions/test_leases.py tests/submissions/test_worker.py tests/submissions/test_killed.py tests/workers \
	tests/audit tests/accounts

.PHONY: test-postgresql
test-postgresql: .venv-tests  ## Run the tests of what writes to the database on PostgreSQL
	VMSSBUILDER_TEST_DATABASE=postgresql $(PYTHON_HERE) -m pytest -q -n $(TEST_PROCESSES) --dist worksteal $(POSTGRESQL_TESTS)

# The suite does 500 of these steps, always the same ones.
.PHONY: test-together
test-together: .venv-tests  ## Let all people do everything in any order, in 10,000 steps (STEPS=10000 SEED=1)
	VMSSBUILDER_TOGETHER_STEPS=$(or $(STEPS),10000) $(PYTHON_HERE) -m pytest -q -s -p no:logging \
	--hypothesis-seed=$(or $(SEED),1) tests/together

# In an environment of its own, which takes a minute to make.
.PHONY: test-azure-cli
test-azure-cli: .venv-tests  ## Run Microsoft's Azure CLI against the sandbox, behind TLS
	@scripts/venv.sh requirements-azure-cli.txt .venv-azure-cli
	VMSSBUILDER_AZ="$(CURDIR)/.venv-azure-cli/bin/az" $(PYTHON_HERE) -m pytest -q $(ARGS) tests/azure_cli

# With node and npm, which install the provider.
.PHONY: test-openid
test-openid: .venv-tests  ## Sign in at an OpenID provider from npm
	VMSSBUILDER_OPENID=npm $(PYTHON_HERE) -m pytest -q $(ARGS) tests/openid

EXAMPLES ?=
.PHONY: test-examples
test-examples: .venv-tests  ## Read, check, fill in and scale request bodies of others (EXAMPLES=folder)
	@test -n "$(EXAMPLES)" || { echo "Which folder? make test-examples EXAMPLES=..., see tests/examples/conftest.py"; exit 2; }
	VMSSBUILDER_EXAMPLES="$(EXAMPLES)" $(PYTHON_HERE) -m pytest -q -n $(TEST_PROCESSES) --dist worksteal $(ARGS) tests/examples

.PHONY: check
check: lint deploy-check test test-postgresql  ## Everything that must hold before a change goes in: lint, settings, tests

.PHONY: lint
lint: .venv-tests  ## Check style, types and templates
	$(PYTHON_HERE) -m ruff check .
	$(PYTHON_HERE) -m ruff format --check .
	$(PYTHON_HERE) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PYTHON_HERE) -m djlint --lint --quiet templates
	@$(PYTHON_HERE) scripts/retirements.py

.PHONY: deploy-check
deploy-check: .venv-tests  ## Check migrations, and settings as a real installation has them
	scripts/as_production.sh makemigrations --check --dry-run
	scripts/as_production.sh check --deploy --fail-level WARNING

.PHONY: format
format: .venv-tests  ## Put code into the common form
	$(PYTHON_HERE) -m ruff check --fix .
	$(PYTHON_HERE) -m ruff format .

# MUTATE="--guards", MUTATE="submissions.transitions", MUTATE="--sample 1000 --seed 7" and so on, see scripts/mutate_modules.py.
MUTATE ?= --sample 300
.PHONY: mutate
mutate: .venv-tests  ## Break conditions, locks and permissions one by one, and see that a test notices (MUTATE="--guards")
	@$(PYTHON_HERE) scripts/mutate_rules.py
	@$(PYTHON_HERE) scripts/mutate_modules.py $(MUTATE)

.PHONY: fix-rounds
fix-rounds: .venv-tests  ## Make the fixes of 100,000 random documents until none is left (COUNT=100000 SEED=1)
	@$(PYTHON_HERE) scripts/fix_rounds.py $(or $(COUNT),100000) $(SEED)

.PHONY: bench
bench: .venv-tests  ## Measure speed and size against a bare page in the same run
	@$(PYTHON_HERE) -m bench

.PHONY: soak
soak: .venv-tests  ## Have one person work on the heaviest draft for minutes, and see what others notice (SECONDS=300)
	@$(PYTHON_HERE) -m bench.soak --seconds $(or $(SECONDS),300)

.PHONY: fuzz
fuzz: .venv-tests  ## Send odd requests to every address as each role, and see that nothing breaks (REQUESTS=10000 SEED=1)
	@$(PYTHON_HERE) -m bench.fuzz --requests $(or $(REQUESTS),10000) --seed $(or $(SEED),1)

# LOAD="--only sixty", "--minutes 1" and so on, see bench/load_worker.py. It takes half an hour.
LOAD ?=
.PHONY: load-worker
load-worker: .venv-tests  ## See how late steps are when workers have much to do, on both databases
	@$(PYTHON_HERE) -m bench.load_worker --database sqlite $(LOAD)
	@$(PYTHON_HERE) -m bench.load_worker --database postgresql $(LOAD)

# CHAOS="--seed 1" and so on, see bench/chaos.py. It takes an hour.
ROUNDS ?= 200
CHAOS ?=
.PHONY: chaos
chaos: .venv-tests  ## Kill processes in the middle of their work, and see that nothing is lost or doubled (ROUNDS=200)
	@$(PYTHON_HERE) -m bench.chaos --database sqlite --rounds $(ROUNDS) $(CHAOS)
	@$(PYTHON_HERE) -m bench.chaos --database postgresql --rounds $(ROUNDS) $(CHAOS)

.PHONY: screens
screens: .venv-tests  ## Photograph every page in both themes and two widths into docs/screens
	@chromium=$$($(PYTHON_HERE) scripts/chromium.py) && \
	VMSSBUILDER_CHROMIUM="$$chromium" $(PYTHON_HERE) scripts/screens.py

.PHONY: clean
clean:  ## Remove .venv and caches; data and keys (var/, .env) stay
	rm -rf .venv .venv-azure-cli .mypy_cache .ruff_cache .import_linter_cache .grimp_cache .pytest_cache .hypothesis htmlcov

# Both are quick when nothing has to be installed.
.PHONY: .venv-run .venv-tests
.venv-run:
	@scripts/venv.sh requirements.txt
.venv-tests:
	@scripts/venv.sh requirements-dev.txt
