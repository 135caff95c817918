# Two commands do everything on a Debian machine with a Swift toolchain: `make demo` and `make test`.

SWIFT ?= swift
JOBS ?= $(shell nproc)
PACKAGES = libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libssl-dev libxxhash-dev libpq-dev pkg-config
TEST_PACKAGES = $(PACKAGES) curl postgresql python3-psycopg python3-psycopg-pool \
	libxml2-utils python3-jsonschema chromium chromium-driver python3-selenium python3-pip
REWIND = .build/release/rewind

# Where `make install` puts things. DESTDIR goes before all of it, for packagers.
PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# On Linux the Swift libraries become part of the program, so that it runs where there is no Swift.
RELEASE = -c release $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)

.PHONY: demo demo-postgres test bench bench-peers alarms lint docs clean mutants packages test-packages build help screenshots \
	install uninstall manual deb tarball test-package

help:
	@sed -n '1s/^# //p;s/^## /  /p' Makefile

## demo          the correct service, then every bug: builds `rewind` if need be
demo: build
	@echo "==> Exploring the reference service, correct and then with each bug"
	@$(REWIND) demo --all-bugs

## demo-postgres the same on PostgreSQL: a private server, or the one at $DATABASE_URL
demo-postgres: PACKAGES += postgresql
demo-postgres: build
	@echo "==> Exploring the reference service on PostgreSQL, correct and then with each bug"
	@$(REWIND) demo --all-bugs --database postgres

build: packages
	@echo "==> Building rewind (release; the first time takes a few minutes)"
	@REWIND_REVISION="$$(scripts/revision)" $(SWIFT) build $(RELEASE) --product rewind

## install       the program, its manual and completions for bash, zsh and fish; PREFIX and DESTDIR say where
install: build manual
	@echo "==> Installing below $(DESTDIR)$(PREFIX)"
	@install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(MANDIR)/man1" "$(DESTDIR)$(BASHDIR)" "$(DESTDIR)$(ZSHDIR)" \
		"$(DESTDIR)$(FISHDIR)"
	@install -m 755 $(REWIND) "$(DESTDIR)$(BINDIR)/rewind"
	@install -m 644 .build/manual/rewind*.1 "$(DESTDIR)$(MANDIR)/man1/"
	@$(REWIND) --generate-completion-script bash > "$(DESTDIR)$(BASHDIR)/rewind"
	@$(REWIND) --generate-completion-script zsh > "$(DESTDIR)$(ZSHDIR)/_rewind"
	@$(REWIND) --generate-completion-script fish > "$(DESTDIR)$(FISHDIR)/rewind.fish"

## uninstall     what `make install` with the same PREFIX and DESTDIR has put there
uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/rewind" "$(DESTDIR)$(BASHDIR)/rewind" "$(DESTDIR)$(ZSHDIR)/_rewind" \
		"$(DESTDIR)$(FISHDIR)/rewind.fish" "$(DESTDIR)$(MANDIR)/man1/rewind.1" "$(DESTDIR)$(MANDIR)/man1/"rewind.*.1

## deb           a Debian package in .build/packages
deb: PACKAGES += dpkg-dev
deb: build manual
	@scripts/make-deb $(REWIND) .build/packages

## tarball       of the source in .build/packages, which builds without git
tarball:
	@scripts/make-tarball .build/packages

## test-package  make the packages, and try the program out where there is no Swift
test-package: deb tarball
	@scripts/test-packages .build/packages

# The manual, one page for each command, by Argument Parser's own tool.
manual: build
	@SWIFT="$(SWIFT)" scripts/make-manual $(REWIND) .build/manual

## test          lint, unit tests, and tests against the real server and database
test: test-packages lint
	@scripts/install-axe
	@echo "==> Building the tests (the first time takes a few minutes)"
	@$(SWIFT) build --build-tests
	@SWIFT="$(SWIFT)" scripts/run-tests

## screenshots   of the HTML report into docs/images, by Chromium
screenshots: PACKAGES += chromium chromium-driver python3-selenium pngquant
screenshots: build
	@scripts/make-screenshots $(REWIND) docs/images

## bench         speed as ratios; takes about a minute
bench: PACKAGES += postgresql
bench: packages
	@echo "==> Building the benchmarks (release)"
	@$(SWIFT) build $(RELEASE) --product RewindBenchmarks
	@.build/release/RewindBenchmarks

## bench-peers   beside VenomQA, Schemathesis and Hypothesis; about 20 minutes, and a short one with QUICK=1
bench-peers: PACKAGES += python3-venv
bench-peers: build
	@echo "==> Fetching the peers into a virtual environment of their own"
	@rm -rf .build/peers && python3 -m venv .build/peers
	@.build/peers/bin/pip install --quiet --requirement Benchmarks/peers/requirements.txt
	@echo "==> Exploring the reference service with each"
	@Benchmarks/peers/run.py --rewind $(REWIND) --venv .build/peers $(PEERS) \
		--command "make bench-peers$(if $(QUICK), QUICK=1)"

# A short run is no measurement to be kept.
PEERS = $(if $(QUICK),--quick --json .build/peers.json,--json docs/benchmarks.json --markdown docs/benchmarks.md)

## alarms        the correct service with 20 seeds, every strategy and both databases: nothing may be found wrong
alarms: PACKAGES += postgresql
alarms: build
	@scripts/false-alarms

## mutants       breaks the code in a copy, one way at a time, and expects a test to fail
mutants: packages
	@scripts/mutants

## lint          formatting and house rules
lint:
	@echo "==> Linting"
	@$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests Examples Benchmarks

## docs          DocC pages of the libraries into .build/docs
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
