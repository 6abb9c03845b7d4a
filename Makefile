# make demo · make test · make lint · make faults · make soak · make appliance · make container · make bench · make golden
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
TEST_PACKAGES := libimage-exiftool-perl ffmpeg strace xvfb x11-apps curl openssl gcc libc6-dev e2fsprogs mount chromium fonts-dejavu-core systemd mosquitto
BENCH_PACKAGES := libvips-tools curl mate-backgrounds

.PHONY: demo test lint explore faults soak appliance container bench golden clean

# The demo needs no exiftool itself (write-back does), so missing rights cost a sentence, not the demo.
demo: $(VENV)/.installed
	@systemd/packages libimage-exiftool-perl || echo "The demo goes on without exiftool: only writing into originals needs it."
	@$(PY) -m tests.demo

# A short base: a socket's path may have 107 bytes. No test takes a quarter of an hour: one that does hangs, and is told.
test: $(VENV)/.tested lint
	@base=$$(mktemp -d /tmp/mp-XXXX) && trap 'rm -rf $$base' EXIT && \
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --timeout 900 --cache-clear --basetemp=$$base/t || { \
	echo "What failed is tried once more, with the machine to itself. What passes only now is a flaw too: please report it."; \
	$(PY) -m pytest -q --last-failed --last-failed-no-failures none --maxfail 1 --timeout 900 --basetemp=$$base/again; }

lint: $(VENV)/.tested
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy

# New examples for every rule that must always hold, many more of them than a test takes.
explore: $(VENV)/.tested
	@base=$$(mktemp -d /tmp/mp-XXXX) && { $(PY) -m pytest -q -n 2 --dist loadfile -m hypothesis --hypothesis-profile exploring --basetemp=$$base/t; status=$$?; rm -rf $$base; exit $$status; }

# Every point and every round, in about an hour and a half on two cores.
faults: $(VENV)/.tested
	@base=$$(mktemp -d /tmp/mp-XXXX) && { $(PY) -m pytest -q -n 2 --dist worksteal --basetemp=$$base/t tests/faults --long; status=$$?; rm -rf $$base; exit $$status; }

# A day of 5,000 photos in a quarter of an hour; wants a machine with nothing else to do.
soak: $(VENV)/.tested
	@$(PY) -m pytest -q -s tests/soak --long

# By podman or docker, and the base image; without them by buildah in a Debian root, as root and from a package mirror.
container: $(VENV)/.tested
	@podman info >/dev/null 2>&1 || docker info >/dev/null 2>&1 || systemd/packages buildah debootstrap
	@$(PY) -m pytest -q tests/container --long

# Needs root and a package mirror: Debian roots in a folder are installed into, and started with a real systemd.
appliance: $(VENV)/.tested
	@systemd/packages debootstrap systemd-container
	@$(PY) -m pytest -q tests/systemd --long

bench: $(VENV)/.tested
	@systemd/packages $(BENCH_PACKAGES)
	@$(PY) -m tests.benchmarks

golden: $(VENV)/.tested
	@$(PY) -m tests.golden.regenerate

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mantelpiece needs Python 3.11 or newer; this is $$($(PYTHON) --version)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || systemd/packages python3-venv
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing mantelpiece into $(VENV) ..."
	@$(PY) -m pip install -q --disable-pip-version-check -e '.[demo]'
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@systemd/packages $(TEST_PACKAGES)
	@$(PY) -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .demo build *.egg-info
