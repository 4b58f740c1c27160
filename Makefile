# 落槌 Luochui. `make` alone explains the targets; what a target needs is made first, once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PYTHON

# Where Python may not keep what it compiled, every start compiles the platform again.
unexport PYTHONDONTWRITEBYTECODE

export PORT ?= 8000
export DATA_DIR ?= $(CURDIR)/var

# pytest starts one process a core, but no more than four: each has a PostgreSQL of its own.
PYTEST := .venv/bin/pytest
PARALLEL := -n auto --maxprocesses 4 --dist loadfile

FORGED := tests/verifier/test_bundle_tampering.py tests/evidence/test_row_tampering.py tests/ledger/test_tampering.py

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))

.PHONY: help setup run test check bench simulate faults tamper faces visual badinput reset migrate lock translations test-tools
.DEFAULT_GOAL := help

help: ## show this list
	@echo '落槌 Luochui'
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
		printf '  make %-13s%s\n' "$$name" "$$what"; done
	@echo 'Settings: PORT=$(PORT) DATA_DIR=$(DATA_DIR) PYTHON=$(PYTHON)'

setup: .venv/.runtime static/vendor/manifest.json $(CATALOGUES) ## install what the platform needs; leaves .venv/bin/flask

run: setup ## serve the platform with a demo court (PORT, DATA_DIR)
	@export LUOCHUI_MODE=$${LUOCHUI_MODE:-demo} LUOCHUI_WITNESSES; \
	[ "$$LUOCHUI_MODE" != demo ] || LUOCHUI_WITNESSES=$${LUOCHUI_WITNESSES-demo}; \
	exec .venv/bin/gunicorn --config config/gunicorn.py 'app:create_app()'

test: check ## check, then run every test
	$(PYTEST) $(PARALLEL) -m 'not browser and not race' --ignore tests/architecture
	$(PYTEST) -n 2 --dist loadfile -m 'browser or race' --ignore tests/architecture

check: setup test-tools ## lint, types, templates, architecture, licences
	.venv/bin/ruff check .
	.venv/bin/djlint --lint --quiet templates
	.venv/bin/mypy .
	$(PYTEST) tests/architecture

bench: setup test-tools ## measure; one line of JSON a figure (BENCH=name for one)
	@.venv/bin/python -m benchmarks $(BENCH)

simulate: setup test-tools ## the bid engine under chance and faults (SEEDS=100000, FROM=n, KEEP=file to go on later, SEED=n for one, WRITE=1: RELIABILITY.md)
	@.venv/bin/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),2000) --first $(or $(FROM),0) $(if $(KEEP),--keep $(KEEP))) $(if $(WRITE),--write)

faults: setup test-tools ## kill, cut and pause the real parts, an hour of it (FAULT=F1 for one, WRITE=1: RELIABILITY.md)
	@.venv/bin/python -m tests.faults $(FAULT) $(if $(WRITE),--write)

tamper: setup test-tools ## forge bundles, rows and books at 1,000 places each (TAMPER=n, WRITE=1: RELIABILITY.md)
	TAMPER=$(or $(TAMPER),1000) $(if $(WRITE),WRITE=1) $(PYTEST) $(PARALLEL) -p tests.tampering $(FORGED)

faces: setup test-tools ## every page in both languages, themes and windows, seen by axe; pictures in faces/
	@mkdir -p faces
	FACES=faces $(PYTEST) tests/journeys/test_every_page_in_browsers.py

visual: setup test-tools ## what changed in the look of the key pages (AGAINST=commit, default HEAD)
	@.venv/bin/python -m tests.visual $(or $(AGAINST),HEAD)

badinput: setup test-tools ## every form of the demo with every kind of bad input (CI: a share of it)
	BAD_INPUT=all $(PYTEST) tests/journeys/test_bad_input.py

reset: ## remove the data of `make run` (asks first; FORCE=1 does not)
	@tools/reset "$(DATA_DIR)"

migrate: setup ## bring the database to the newest schema
	@LUOCHUI_MODE=$${LUOCHUI_MODE:-demo} .venv/bin/flask db upgrade

lock: ## pin what requirements*.in and package.json ask for (UPGRADE=1: newest versions)
	tools/lock

translations: setup ## collect the texts of pages and messages into translations/
	tools/collect-texts

test-tools: .venv/.dev
	@tools/test-machine

.venv/.runtime: requirements.lock tools/install-packages
	@tools/install-packages requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock tools/install-packages .venv/.runtime
	@tools/install-packages requirements.lock requirements-dev.lock
	@touch $@

static/vendor/manifest.json: package-lock.json tools/vendor_assets.py tools/install-node | .venv/.runtime
	@tools/install-node
	@.venv/bin/python tools/vendor_assets.py

%.mo: %.po | .venv/.runtime
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@ --locale $(word 2,$(subst /, ,$<))
