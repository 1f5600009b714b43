# `make run`, `make test` and `make demo` set everything up by themselves: git, Python 3.11 or newer and make suffice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: run test kills demo bench check lock clean

run: $(VENV)/.installed
	@$(BIN)/admind run

demo: $(VENV)/.installed
	@$(BIN)/admind demo

# Tests wait for the disk most of the time. Where memory has room for their files, some ten megabytes, they need not.
MEMORY := $(shell grep -q ' /dev/shm [^ ]* [^ ]*noexec' /proc/mounts 2>/dev/null || \
	df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 2000 { print "/dev/shm" }')

test: $(VENV)/.installed-dev
	@$(if $(MEMORY),TMPDIR=$(MEMORY)) $(BIN)/pytest -q -n 2 --dist loadgroup $(PYTEST_ARGS)

# A process killed or frozen at every step of every channel, where `make test` takes some steps of each.
kills: $(VENV)/.installed-dev
	@ADMIND_TEST_KILLS=every $(BIN)/pytest -q -n 2 tests/reliability/test_kill_channels.py \
		tests/reliability/test_freeze_channels.py tests/reliability/test_renewing.py $(PYTEST_ARGS)

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.benchmarks $(BENCH)

# What CI checks besides the tests.
check: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

$(VENV)/.installed: requirements.lock pyproject.toml
	@sh scripts/setup "$(PYTHON)" "$(VENV)"
	@touch $@

$(VENV)/.installed-dev: requirements.lock requirements-dev.lock pyproject.toml
	@sh scripts/setup "$(PYTHON)" "$(VENV)" dev
	@touch $(VENV)/.installed $@

# New pins, with hashes and without any index's address.
lock:
	uv pip compile --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links pyproject.toml --group build -o requirements.lock
	@# As justext spells it: the pip of Python 3.11 takes the two spellings of an extra for two extras, and gives up.
	sed -i.orig 's/^lxml\[html-clean\]/lxml[html_clean]/' requirements.lock && rm requirements.lock.orig
	uv pip compile --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
