# Two commands do everything on a Debian machine with a Swift toolchain: `make demo` and `make test`.

SWIFT ?= swift
JOBS ?= $(shell nproc)
PACKAGES = libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libssl-dev libxxhash-dev libpq-dev pkg-config
TEST_PACKAGES = $(PACKAGES) curl postgresql python3-psycopg python3-psycopg-pool
REWIND = .build/release/rewind

.PHONY: demo demo-postgres test bench lint docs clean mutants packages test-packages build help

help:
	@sed -n 's/^# \{0,1\}//p;s/^## //p' Makefile | head -20

## demo    the correct service, then every bug: builds `rewind` if need be
demo: build
	@echo "==> Exploring the reference service, correct and then with each bug"
	@$(REWIND) demo --all-bugs

## demo-postgres  the same on PostgreSQL: a private server, or the one at $DATABASE_URL
demo-postgres: PACKAGES += postgresql
demo-postgres: build
	@echo "==> Exploring the reference service on PostgreSQL, correct and then with each bug"
	@$(REWIND) demo --all-bugs --database postgres

build: packages
	@echo "==> Building rewind (release; the first time takes a few minutes)"
	@$(SWIFT) build -c release --product rewind

## test    lint, unit tests, and tests against the real server and database
test: test-packages lint
	@echo "==> Building the tests (the first time takes a few minutes)"
	@$(SWIFT) build --build-tests
	@SWIFT="$(SWIFT)" scripts/run-tests

## bench   speed as ratios; takes about a minute
bench: PACKAGES += postgresql
bench: packages
	@echo "==> Building the benchmarks (release)"
	@$(SWIFT) build -c release --product RewindBenchmarks
	@.build/release/RewindBenchmarks

## mutants breaks the code in a copy, one way at a time, and expects a test to fail
mutants: packages
	@scripts/mutants

## lint    formatting and house rules
lint:
	@echo "==> Linting"
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Examples Benchmarks

## docs    DocC pages of the libraries into .build/docs
docs: packages
	@mkdir -p .build/docs
	@for target in Rewind RewindHTTP RewindPostgres RewindSQLite Money; do \
		echo "==> $$target"; \
		REWIND_DOCS=1 $(SWIFT) package --allow-writing-to-directory .build/docs/$$target \
			generate-documentation --target $$target --output-path .build/docs/$$target || exit 1; \
	done

clean:
	$(SWIFT) package clean
	rm -rf .build

# Installs what is missing, and says so. Elsewhere than on Debian it says what is needed.
packages:
	@scripts/install-packages $(PACKAGES)

test-packages:
	@scripts/install-packages $(TEST_PACKAGES)
