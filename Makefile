# Each target is a thin call; `make` alone lists them.
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help run test lint fmt bench openapi doc tools clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: ## build and serve with demo data; prints the address and an API key
	@scripts/tools.sh postgresql
	cargo build --release --bin rapport
	./target/release/rapport serve --demo --data-dir .rapport

test: ## run all tests, on databases of their own
	@scripts/tools.sh postgresql chromium
	cargo test --workspace

lint: ## check formatting and lints
	@cargo fmt --version >/dev/null && cargo clippy --version >/dev/null || \
		{ echo "lint: run 'rustup component add rustfmt clippy' first" >&2; exit 1; }
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

fmt: ## format the code
	cargo fmt --all

bench: ## measure against pgbench; writes docs/performance.md
	@scripts/tools.sh postgresql wrk
	cargo build --release --bin rapport --bin bench
	./target/release/bench $(BENCH)

openapi: ## write docs/openapi/*.json and docs/configuration.md anew
	scripts/generate.sh docs

doc: ## build the documentation of the crates
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

tools: ## install what building, testing and measuring need
	scripts/tools.sh postgresql chromium wrk

clean: ## remove what was built and fetched; data in .rapport stays
	cargo clean
	rm -rf .tools
