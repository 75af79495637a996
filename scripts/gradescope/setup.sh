#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image in which submissions are graded.
set -euo pipefail
cd "$(dirname "$0")"
. ./settings.sh
export DEBIAN_FRONTEND=noninteractive XDG_CACHE_HOME=$PWD/cache OMP_NUM_THREADS=1

apt-get update
apt-get install -y --no-install-recommends bubblewrap python3 python3-venv

# Where torch's builds for the CPU alone are found, of two equal releases pip takes theirs.
python3 -m venv venv
cd course
pip=(../venv/bin/pip install --no-cache-dir -c constraints.txt)
"${pip[@]}" setuptools
"${pip[@]}" ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} \
    --no-build-isolation -e ./nndl -e .

# Grading runs as this user, who can write neither the results nor what makes them.
id grader >/dev/null 2>&1 || useradd --create-home grader

../venv/bin/python -m autograder doctor || true

# The known mistakes are run here, once, by one submission that has everything wrong; what comes of
# them is kept in cache/. Else each submission with a mistake would wait for it.
wrong=$(mktemp -d)
cp -r "assignments/$ASSIGNMENT" "$wrong/everybody"
sed -i 's/raise NotImplementedError/raise ValueError/' "$wrong"/everybody/*
../venv/bin/python -m autograder grade "$wrong" --assignment "$ASSIGNMENT" --walls "$WALLS" \
    --out "$wrong.results" || echo "Grading does not work here: see above." >&2
rm -r "$wrong" "$wrong.results"
chmod -R go=rX ..
