#!/bin/sh
# Makes .venv with all that the course needs: sh scripts/setup.sh PYTHON
# `make` calls it when .venv is missing or older than what it was made from.
set -eu
cd "$(dirname "$0")/.."
python=$1

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    echo "Python 3.10 or newer is needed, and $python is not. Name another one, for example:" >&2
    echo "    make PYTHON=python3.12 demo" >&2
    exit 1
fi

# Debian and Ubuntu keep what makes an environment in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    sh scripts/system_package.sh "python$version-venv"
fi

# Without a pip that runs, it was left half made, or came here from another folder.
if ! .venv/bin/pip --version >/dev/null 2>&1; then
    echo "Making .venv (once; with the download of torch this takes some minutes)"
    "$python" -m venv --clear .venv
fi

# The build backend first, from the same list: so nothing is built with anything else.
.venv/bin/pip install --quiet -c constraints.txt setuptools
.venv/bin/pip install -c constraints.txt --no-build-isolation -e ./nndl -e ".[dev]"
