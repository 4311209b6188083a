#!/usr/bin/env bash
# Regenerates the bundles of car, businesses and deliveries from their phrase books, and measures them on phrasings of two authors whose books are no
# part of the training. About an hour on 2 CPU cores.
set -euo pipefail
cd "$(dirname "$0")/.."
WORK=${WORK:-work}

python3 -m venv "$WORK/venv"
"$WORK/venv/bin/pip" install -q -c constraints.txt -e '.[train]'
octocall="$WORK/venv/bin/octocall"

"$octocall" compile vehicle -o octocall/bundles/vehicle --no-curve --taught 0 --variants 4 --steps 1300
"$octocall" compile yelp -o octocall/bundles/yelp --no-curve --taught 0 --variants 4 --steps 600
"$octocall" compile doordash -o octocall/bundles/doordash --no-curve --taught 0 --variants 4 --steps 600
"$WORK/venv/bin/python" benchmarks/authors.py
