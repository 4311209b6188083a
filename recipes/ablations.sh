#!/usr/bin/env bash
# What each choice of compiling is worth, on the car and the phone: rows a function, adapter or all weights, weight of the functional tokens, descriptions,
# the mask. Prints the tables of docs/results.md and draws docs/pictures/ablations_*.svg. About 80 minutes on 2 CPU cores; what is done is not done again.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-work}

python3 -m venv "$WORK/venv"
"$WORK/venv/bin/pip" install -q -c constraints.txt -e '.[train,bench]'
"$WORK/venv/bin/python" benchmarks/ablations.py vehicle android --draw --out "$WORK/ablations"
