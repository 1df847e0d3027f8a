# Everything a newcomer or CI types. Set-up happens by itself, from package registries, in one line each.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CHECKPOINT_DISABLE := 1

.PHONY: help
help: ## What can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: tools-rust ## The provider, in target/debug
	cargo build --locked -p terraform-provider-lake

.PHONY: release
release: tools-rust ## The provider and the operator as users get them, in target/release
	cargo build --locked --release --workspace --bin terraform-provider-lake --bin lake-operator

.PHONY: image
image: ## The operator's image: writes what it is built from, and builds it where docker or podman is
	@tools/image

.PHONY: demo
demo: tools-rust tools-aws ## See a lake stood up, changed, mended and taken down by the real terraform
	@tools/demo

.PHONY: demo-kubernetes
demo-kubernetes: tools-rust tools-aws ## The same from kubectl, on a real control plane (built once, about 4 minutes)
	@tools/demo-kubernetes

.PHONY: test
test: format lint tools-aws tools-parts ## All tests: what CI runs; the slowest are listed at the end
	@tools/test

.PHONY: long
long: format lint tools-aws tools-parts ## The same with outages, kills and crowds in full: about an hour more, run by no CI
	@LAKE_TEST_LONG=yes tools/test

.PHONY: format
format: tools-rust ## Whether all of Rust is as rustfmt leaves it; modules that a macro declares among it, which cargo fmt does not see
	@find api aws derive engine operator provider reconcile tests tfplug -name '*.rs' -not -path '*/target/*' -print0 | xargs -0 rustfmt --check

.PHONY: lint
lint: tools-rust
	cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: deny
deny: tools-rust ## Licences, duplicate and banned crates (needs cargo-deny: cargo install --locked cargo-deny)
	cargo deny --offline check bans licenses sources

.PHONY: golden
golden: tools-rust ## Write all generated files anew: crds/, docs/, goldens of tests
	UPDATE_EXPECT=1 cargo test --locked --workspace --exclude lake-tests --no-fail-fast
	UPDATE_EXPECT=1 cargo test --locked -p lake-tests --test words
	tests/aws/check --update

.PHONY: bench
bench: release tools-aws ## Measure, and print the table that CONTRIBUTING.md keeps (ONLY=provider: that door)
	cargo run --locked -p lake-tests --bin bench -- $(ONLY)

.PHONY: aws
aws: ## The AWS of tests in the foreground, with the variables to export
	@tests/aws/run --foreground

.PHONY: e2e
e2e: tools-rust tools-aws ## The portable end-to-end cases against another endpoint: make e2e ENDPOINT=http://…
	@test -n "$(ENDPOINT)" || { echo "make e2e needs ENDPOINT=http://host:port (an emulator), or ENDPOINT=aws with LAKE_TEST_REAL_AWS=yes"; exit 2; }
	LAKE_TEST_ENDPOINT=$(ENDPOINT) cargo test --locked --workspace --test portable -- --test-threads=1

.PHONY: tools-rust
tools-rust:
	@command -v cargo > /dev/null || { echo "missing: cargo. Get Rust from https://rustup.rs"; exit 1; }

.PHONY: tools-aws
tools-aws:
	@tests/aws/run --setup-only

# Built before any test runs, so that no test waits for a compiler. Each part says in one line what is missing.
.PHONY: tools-parts
tools-parts:
	@for part in controlplane crdcheck helm argocd alerts kstatus tofu; do tools/go-part $$part > /dev/null; done
	@tools/terraform > /dev/null

.PHONY: clean
clean: ## Remove what was built
	rm -rf target .venv .build
