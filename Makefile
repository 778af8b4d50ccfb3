# Everything a newcomer needs: `make run`, `make test`. Set-up happens by itself and is quick the second time.
export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export UV_NO_CONFIG := 1
# Without byte code every start would compile a thousand files anew: nine seconds instead of one.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
UV := .tools/bin/uv
VENV := .venv/bin/python
SYNC := $(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(VENV)
COMPILE := $(VENV) -m compileall -q main.py intake channels store config workers

.PHONY: run test check lint types mutants lock setup clean

run: .venv/runtime.stamp
	@exec $(VENV) main.py run

test: .venv/develop.stamp
	$(VENV) -m pytest $(PYTEST_ARGS)

check: .venv/develop.stamp lint types
	.venv/bin/lint-imports

lint: .venv/develop.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/develop.stamp
	.venv/bin/mypy

# Breaks the code at the door in hundreds of ways, one at a time, and asks the tests whether they notice (docs/mutants.md).
# It takes an hour on a busy machine, and goes on where it was stopped.
mutants: .venv/develop.stamp
	nice -n 15 timeout 2h .venv/bin/mutmut run --max-children 1
	.venv/bin/mutmut results --all true | $(VENV) -m bench.mutants

setup: .venv/develop.stamp

# Either stamp will do for `run`: the development set holds the runtime set, version for version.
.venv/runtime.stamp: requirements.lock | $(VENV)
	@if [ ! requirements-dev.lock -ot .venv/develop.stamp ] 2>/dev/null || [ ! -e .venv/develop.stamp ]; then \
		echo "Setting up (first time only) ..." && $(SYNC) requirements.lock; fi
	@$(COMPILE)
	@touch $@

.venv/develop.stamp: requirements-dev.lock | $(VENV)
	@echo "Setting up for development (first time only) ..."
	@$(SYNC) requirements-dev.lock
	@$(COMPILE)
	@touch $@ .venv/runtime.stamp

$(VENV): | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv

# Debian's pip refuses to install system-wide and its venv module may be absent; a target folder is always allowed.
$(UV):
	@echo "Fetching the installer (first time only) ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools "uv>=0.13,<0.14"

lock: | $(UV)
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .tools var mutants
