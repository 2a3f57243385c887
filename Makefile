# The two commands of the README are `make run` and `make test`; `make help` lists the rest.
# CI runs `make check` and `make test` and nothing else: there is no second definition of "checked".

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
DEMO ?=
TRUTH ?=
TESTS ?=
SYSTEMS ?= jemaa,galene,livekit,janus,aiortc
MATRIX ?=
ADVICE ?=

.DEFAULT_GOAL := help
.PHONY: help run test e2e lab matrix advice check fix bench ground-truth images clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(VENV)/.installed ## open a meeting on this machine and print its links (DEMO="--floor FILE" for your own sound)
	@exec $(VENV)/bin/jemaa demo $(DEMO)

test: $(VENV)/.installed-test ## everything: the client's pure parts, each room, and real browsers end to end
	@scripts/tools.sh chromium libatomic.so.1 pulseaudio ffmpeg espeak-ng ip nft $(if $(CI),turnserver firefox-esr WebKitWebDriver)
	$(if $(TESTS),$(PY) -m pytest $(TESTS),VENV=$(VENV) scripts/test.sh)

e2e: $(VENV)/.installed-test ## only the end-to-end tests: real Chromium, real sound
	@scripts/tools.sh chromium libatomic.so.1 pulseaudio ffmpeg espeak-ng
	$(PY) -m pytest tests/e2e

lab: $(VENV)/.installed-test ## which paths live behind which emulated network: every profile, no browser, in minutes
	@scripts/tools.sh ip espeak-ng
	$(PY) -m pytest tests/lab/test_paths.py tests/lab/test_ladder.py

check: $(VENV)/.installed-check node_modules/.installed ## format, lint, types of Python and of the browser's code, structure
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/node node_modules/typescript/bin/tsc -p jsconfig.json
	$(PY) -m pytest -q tests/test_layers.py tests/test_sizes.py tests/test_docs.py tests/test_codes.py

fix: $(VENV)/.installed-check ## format and lint what can be put right by itself
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

matrix: $(VENV)/.installed-test ## who can still attend on which network, with real browsers; goes on where it was ended, into docs/matrix
	@scripts/tools.sh chromium libatomic.so.1 pulseaudio ffmpeg espeak-ng ip
	$(PY) -m jemaa lab matrix --systems $(SYSTEMS) --out docs/matrix --resume $(MATRIX)

advice: $(VENV)/.installed-test ## is the way that /check names one that works, behind every network; goes on where it was ended, into docs/advice
	@scripts/tools.sh chromium libatomic.so.1 pulseaudio ffmpeg espeak-ng ip
	$(PY) -m bench.advice --resume $(ADVICE)

bench: $(VENV)/.installed-test ## every figure of the README, measured here (BENCH="--write" keeps it, BENCH="fanout" runs one)
	@scripts/tools.sh chromium libatomic.so.1 pulseaudio ffmpeg espeak-ng icecast2
	$(PY) -m bench $(BENCH)

ground-truth: $(VENV)/.installed-test ## the check behind every network of the lab, and what it named (TRUTH="--runs 20 --neutral-runs 29 --write")
	@scripts/tools.sh ip
	$(PY) -m bench.ground_truth $(TRUTH)

images: $(VENV)/.installed-test ## take the README's pictures of the real pages again
	@scripts/tools.sh chromium libatomic.so.1 ffmpeg espeak-ng
	$(PY) scripts/take_pictures.py

clean: ## remove what the other commands made
	rm -rf $(VENV) node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" scripts/venv.sh "$(VENV)"

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@scripts/pip.sh "$(VENV)" .
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml tests/facts/oonidata.txt
	@scripts/pip.sh "$(VENV)" '.[test]'
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --requirement tests/facts/oonidata.txt
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-check: $(VENV)/bin/python pyproject.toml tests/facts/oonidata.txt
	@scripts/pip.sh "$(VENV)" '.[check]'
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --requirement tests/facts/oonidata.txt
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

node_modules/.installed: $(VENV)/.installed-check package.json package-lock.json
	@PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/npm ci --no-audit --no-fund
	@touch $@
