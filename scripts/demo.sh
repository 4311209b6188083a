#!/usr/bin/env bash
# Installs octocall into .venv, unless what is installed there is this clone as it stands, and asks it for a selfie.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] || python3 -m venv .venv
python=$PWD/.venv/bin/python
# from another folder: here "octocall" would be the clone itself
installed=$(cd / && "$python" -c 'import octocall; print(octocall.__path__[0])' 2>/dev/null) || installed=
if [ ! -x .venv/bin/octocall ] || ! diff -rq -x __pycache__ octocall "${installed:-/nowhere}" >/dev/null 2>&1; then
  .venv/bin/pip install -q --disable-pip-version-check .
fi
.venv/bin/octocall "${@:-Take a selfie with the front camera}"
