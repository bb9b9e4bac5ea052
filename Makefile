# The workflow. A fresh Debian with Python 3.11 and make is enough: everything else is installed below, in .venv.
PYTHON ?= python3
BIN := .venv/bin
ONCE ?=
PORT ?=

.PHONY: help setup demo test clients soak lint docs run lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: .venv/ready  ## the virtual environment, with the locked versions

.venv/ready: requirements.lock requirements-build.lock pyproject.toml
	@sh tools/venv.sh "$(PYTHON)"
	@touch $@

demo: .venv/ready  ## the demo news sites, crawled and served on http://127.0.0.1:8080; ONCE=1: one round; PORT=8090: served there
	@$(BIN)/newsloom demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: .venv/ready  ## the tests, on as many processors as there are, four at most
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

clients: .venv/ready .clients/ready  ## real feed readers fetch our feeds: newsboat, sfeed, rss2email, curl, five libraries from npm, four from PyPI
	$(BIN)/python -m pytest tests/clients/real_readers.py

.clients/ready: tests/clients/requirements.lock tests/clients/package-lock.json
	@sh tools/clients.sh "$(BIN)/python"

soak: .venv/ready  ## the long tests: a crawl and a publish killed a hundred times, readers in three hundred worlds, ten thousand crawls of one process, papers broken in every way and fine for a month
	NEWSLOOM_KILLS=100 $(BIN)/python -m pytest tests/scraper/test_killed.py tests/whole/test_readers_killed.py
	NEWSLOOM_READERS=300 $(BIN)/python -m pytest tests/whole/test_readers.py
	NEWSLOOM_CRAWLS=10000 $(BIN)/python -m pytest tests/whole/test_living_long.py
	NEWSLOOM_BREAKS=all NEWSLOOM_FINE_DAYS=30 $(BIN)/python -m pytest tests/health

lint: .venv/ready  ## style, types, the rooms' contract, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cog --check $$(git ls-files '*.md')

docs: .venv/ready  ## write the generated parts of the docs anew
	$(BIN)/cog -r $$(git ls-files '*.md')
	$(BIN)/python -m newsloom.config.schema > config.schema.json

run: .venv/ready  ## watch the sites of config.yaml
	$(BIN)/newsloom run

lock: .venv/ready  ## newest versions that pyproject.toml allows, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --all-extras --generate-hashes --python-version 3.11 --only-binary :all: --no-binary feedgen -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 -o requirements-build.lock tools/build.in
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --only-binary :all: -o tests/clients/requirements.lock tests/clients/requirements.in
	cd tests/clients && npm update --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean:  ## away with what is made
	rm -rf .venv .clients build dist .mypy_cache .ruff_cache .pytest_cache *.egg-info
