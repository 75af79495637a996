# Two commands: `make demo` and `make test`. Both set up what they need first; the second time
# that is nothing. Another Python than python3: make PYTHON=python3.12 demo

PYTHON ?= python3

help:
	@echo "make demo    set up, then grade the bundled sample class: results/report.html says how it did"
	@echo "make test    set up, then check the style and run all tests"
	@echo "make clean   remove what these made: .venv and results"

demo: bubblewrap .venv/ready
	.venv/bin/autograder grade examples/class/submitted --out results
	.venv/bin/autograder report results

# One thread: more of them wait for each other when the machine is busy.
test: export OMP_NUM_THREADS = 1
test: bubblewrap browser .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder

# The walls around students' code are made of it, and it comes with the system, not from pip.
bubblewrap:
	@command -v bwrap >/dev/null || sh scripts/system_package.sh bubblewrap

# The tests look at formgrader's pages and at the reports in it, and leave those tests out where
# there is none.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
	    || command -v google-chrome >/dev/null || sh scripts/system_package.sh chromium \
	    || echo "Going on without a browser: the tests that look at pages are skipped." >&2

.venv/ready: pyproject.toml nndl/pyproject.toml constraints.txt Makefile scripts/setup.sh
	@sh scripts/setup.sh $(PYTHON)
	@touch $@

clean:
	rm -rf .venv results

.PHONY: help demo test bubblewrap browser clean
