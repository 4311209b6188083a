#!/usr/bin/env bash
# Installs octocall into .venv and asks it for a selfie.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install -q --disable-pip-version-check .
.venv/bin/octocall "${@:-Take a selfie with the front camera}"
