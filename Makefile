# Everything a person or a build types. `make` lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PORT ?= 8000
export PORT
# The first that runs and is new enough.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$name && break; done)
PIP = .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes
# What is checked here does not depend on this machine's settings, and no secret is needed for it.
SAMPLE = env -i PATH="$$PATH" HOME="$$HOME" DATABASE_URL=sqlite:///:memory: SECRET_KEY=$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
MANAGE = $(SAMPLE) .venv/bin/python manage.py

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' Makefile

# --- Running -------------------------------------------------------------------------------------

.PHONY: run
run: .venv/runtime var/secret_key ## Start everything at http://127.0.0.1:8000 with demo data; PORT= changes the port
	@export SITE_URL="$${SITE_URL:-http://127.0.0.1:$(PORT)}"; exec .venv/bin/python manage.py up

.PHONY: demo
demo: .venv/runtime var/secret_key ## Load the demo again
	@.venv/bin/python manage.py migrate --verbosity 0
	@.venv/bin/python manage.py load_demo

.PHONY: screenshots
screenshots: .venv/test ## Take the pictures of the README from a demo of their own; needs Chromium
	@.venv/bin/python -m tests.e2e.screenshots

# --- Checking ------------------------------------------------------------------------------------

.PHONY: test
test: .venv/test ## Run every test; REQUIRE=all fails instead of leaving out what the machine cannot run
	@.venv/bin/python -m okrtracker.tests

CHECKS = check-format check-lint check-types check-imports check-templates check-migrations check-schema \
	check-deploy check-containers check-security check-secrets check-audit

.PHONY: check $(CHECKS)
check: $(CHECKS) ## Format, lint, types, imports, templates, migrations, OpenAPI, deployment, containers, security, secrets, known holes

check-format: .venv/dev
	.venv/bin/ruff format --check .

check-lint: .venv/dev
	.venv/bin/ruff check .

check-types: .venv/dev
	.venv/bin/mypy

check-imports: .venv/dev
	.venv/bin/lint-imports

check-templates: .venv/dev
	.venv/bin/djlint --lint --quiet templates

check-migrations: .venv/dev
	$(MANAGE) makemigrations --check --dry-run

check-schema: .venv/dev
	@$(MANAGE) spectacular --validate --fail-on-warn | diff -u docs/openapi.yaml - \
		|| (echo "docs/openapi.yaml is not what the code says; run: make schema"; exit 1)

check-deploy: .venv/dev
	$(SAMPLE) SITE_URL=https://okr.example.org ALLOWED_HOSTS=okr.example.org REQUIRE_SECOND_STEP=privileged \
		.venv/bin/python manage.py check --deploy --fail-level WARNING

check-containers: .venv/dev
	@if [ -x .venv/bin/hadolint ]; then .venv/bin/hadolint Dockerfile; \
		else echo "Dockerfile not linted: hadolint has no package for this machine."; fi
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@if docker compose version > /dev/null 2>&1; \
		then docker compose --env-file .env.example config --quiet; \
		else echo "docker-compose.yml checked against the Compose schema alone: this machine has no docker compose."; fi

check-security: .venv/dev
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive okrtracker accounts areas goals clients manage.py

check-secrets: .venv/dev
	@.ci/secrets

check-audit: .venv/dev
	@.venv/bin/python .ci/audit.py

.PHONY: bench
bench: .venv/test ## Measure against the floor of this machine; SCALE=1 for the whole organisation, ARGS=--check
	@.venv/bin/python -m bench.speed --scale $(or $(SCALE),0.1) $(ARGS)

.PHONY: bench-first-page
bench-first-page: .venv/test ## What opening a page costs, in Chromium: bytes, largest piece, shift; ARGS=--check
	@.venv/bin/python -m bench.first_page $(ARGS)

.PHONY: check-permissions
check-permissions: .venv/test ## Take out every permission check, one at a time, and see a test fail
	@.venv/bin/python -m okrtracker.tests.permissions.mutants

.PHONY: format
format: .venv/dev ## Format the code and mend what the linter can mend
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: schema
schema: .venv/dev ## Write docs/openapi.yaml from the code
	$(MANAGE) spectacular --validate --fail-on-warn --file docs/openapi.yaml

.PHONY: messages
messages: .venv/runtime ## Collect what is to be translated into locale/, and compile it; needs GNU gettext
	$(MANAGE) makemessages --all --add-location file --no-wrap --no-obsolete --ignore bench --ignore tests --ignore '*/tests'
	@sed -i.before '/^"POT-Creation-Date/d' locale/*/LC_MESSAGES/django.po && rm locale/*/LC_MESSAGES/*.before
	$(MANAGE) compilemessages --ignore .venv

.PHONY: requirements
requirements: .venv/dev ## Lock the newest allowed releases of everything, with hashes
	.venv/bin/python -m pip install --quiet uv
	for name in requirements requirements-test requirements-dev; do \
		.venv/bin/uv pip compile --quiet --upgrade --no-strip-extras --generate-hashes --python-version 3.11 --universal \
			$$name.in --output-file $$name.txt || exit 1; done

.PHONY: sbom
sbom: .venv/dev ## Write var/sbom.json (CycloneDX): everything that runs in an installation, with hashes
	@mkdir -p var
	.venv/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
		--output-format JSON --output-file var/sbom.json requirements.txt

# --- What the targets stand on -------------------------------------------------------------------

.venv/bin/python:
	@test -n "$(PYTHON)" \
		|| (echo "okrtracker needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python"; exit 1)
	@$(PYTHON) -m venv .venv || (rm -rf .venv; echo "Debian has venv in a package of its own: python3-venv"; exit 1)

# A stamp is newer than the requirements that were installed for it.
.venv/runtime: requirements.txt | .venv/bin/python
	@echo "Installing the requirements; this takes a minute."
	@$(PIP) -r $<
	@touch $@

.venv/test: requirements-test.txt | .venv/bin/python
	@echo "Installing what the tests need; this takes a minute."
	@$(PIP) -r $<
	@touch $@

.venv/dev: requirements-dev.txt | .venv/bin/python
	@echo "Installing what the checks need; this takes a minute."
	@$(PIP) -r $<
	@touch $@

var/secret_key: | .venv/bin/python
	@mkdir -p var
	@umask 077; .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))' > $@
