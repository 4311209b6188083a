#!/usr/bin/env bash
# Makes its own environment, installs what the tests need and runs checks and tests.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .venv-test/bin/python ] || python3 -m venv .venv-test
.venv-test/bin/pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,train,bench]'
.venv-test/bin/ruff check .
.venv-test/bin/mypy
.venv-test/bin/pytest -n 2 --dist loadfile "$@"
