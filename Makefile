# Viva: `make help` lists what can be done.

SHELL := /bin/bash
MODELS ?= $(or $(VIVA_MODELS_DIR),models)
# One configuration for product and tests: everything is compiled once. Imports must follow the arrows of Package.swift.
SWIFT_FLAGS := -c release --explicit-target-dependency-import-check error
# pkg-config names -pthread, which SwiftPM reports once per target; it is the default anyway.
QUIET := 2> >(grep --line-buffered -vE 'prohibited flag|found 1 file\(s\) which are unhandled' >&2)
VIVA := .build/release/viva
FUZZ_SECONDS ?= 60
FORMATTED := Sources Tests Benchmarks Package.swift Fuzz/Package.swift Fuzz/Targets

.DEFAULT_GOAL := help
.PHONY: help bootstrap build models run demo test unit web integration frameworks fuzz format lint doctor clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

bootstrap: ## install the system packages (apt; sudo when not root)
	@scripts/bootstrap

build: bootstrap ## build the release binary, .build/release/viva
	swift build $(SWIFT_FLAGS) --product viva $(QUIET)

models: build ## fetch the pinned speech models (verified, resumable; nothing to do when complete)
	@$(VIVA) models fetch --models-dir $(MODELS)

run: models ## install, build, fetch the models and serve; prints the practice link and the workspace link
	@exec $(VIVA) serve --models-dir $(MODELS)

demo: models ## let a synthetic candidate hold a whole interview over WebRTC and print what happened
	@scripts/demo $(MODELS)

test: ## everything that CI runs: soundness, unit, web and integration tests
	@scripts/bootstrap --test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory web unit integration

unit: ## Swift unit tests (one at a time: many hold real calls, which need the machine)
	swift build $(SWIFT_FLAGS) --build-tests $(QUIET)
	@$(VIVA) models fetch --models-dir $(MODELS)
	VIVA_MODELS_DIR=$(abspath $(MODELS)) swift test -c release --skip-build --no-parallel $(QUIET)

web: ## tests of the browser modules (node --test)
	node --test Tests/WebTests/

integration: models ## real binaries, real browser (pytest)
	VIVA_MODELS_DIR=$(abspath $(MODELS)) .venv/bin/python -m pytest IntegrationTests -q --ignore IntegrationTests/frameworks

frameworks: models ## LiveKit Agents, Pipecat and openai-agents, unchanged, against the engine (installs 700 MB; not part of test)
	@scripts/bootstrap --frameworks
	VIVA_MODELS_DIR=$(abspath $(MODELS)) .venv/bin/python -m pytest IntegrationTests/frameworks -q

fuzz: ## search for inputs that break the pure cores, FUZZ_SECONDS per target (see Fuzz/README.md)
	@scripts/fuzz $(FUZZ_SECONDS)

format: ## rewrite the Swift sources in the project's format
	swift format --in-place --recursive --parallel $(FORMATTED)

lint: ## check format and soundness
	swift format lint --strict --recursive --parallel $(FORMATTED)
	@scripts/soundness

doctor: build ## say what is wrong with this machine's set-up and what to do
	@$(VIVA) doctor --models-dir $(MODELS)

clean: ## remove build products (models stay)
	rm -rf .build .venv
