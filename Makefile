# 村声 Village Voice. `make help` lists what can be done.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(strip $(PYTHON)),)
PYTHON = python3
endif
VENV = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test coverage lint attack bench clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

setup: ## install everything that running needs
	@$(PYTHON) -m backend.local.setup run

setup-test:
	@$(PYTHON) -m backend.local.setup test

run: setup ## start a county on this machine; Ctrl-C stops it
	@exec $(VENV) -m backend.local.run

test: setup-test ## all tests, Python's and JavaScript's
	@exec $(VENV) -m backend.local.suite

coverage: setup-test ## all tests, and which lines of the program they never reach
	@exec $(VENV) -m backend.local.suite --coverage

lint: setup-test ## ruff, mypy, import rules, the mini-program's gates
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@.venv/bin/lint-imports
	@$(VENV) -m backend.local.node npm run --silent lint
	@$(VENV) -m backend.local.javascript lint
	@$(VENV) -m backend.local.node npm run --silent lint:wechat

attack: setup-test ## rob a county of everything and try to name who said what
	@$(VENV) -m tests.attack

bench: setup-test ## the performance figures, each against its baseline
	@$(VENV) -m benchmarks

clean: ## forget what was installed and built; the county's data stays
	rm -rf .venv node_modules miniprogram/lint/wechat/node_modules dist backend/app/static/vendor .pytest_cache .mypy_cache .ruff_cache
