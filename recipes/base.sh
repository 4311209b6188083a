#!/bin/sh
# Builds the base from its sources: rows of function books, of published operations, of public requests and of the phone; training, export, measuring.
# Needs the extras train and cluster, and the data sets of OCTOCALL_DATA (else ../shared/data); exam files named as arguments are kept out of the data.
# Two hours of training on two cores (float32); with a GPU the same commands take minutes.
set -e
data=${OCTOCALL_DATA:-../shared/data}
exams=
for file in "$@"; do exams="$exams --exam $file"; done
octocall books --out work/books $exams
octocall dataset --catalogue "$data/api-catalogue" --out work/operations $exams
octocall public --from "$data" --rows 16000 --out work/public $exams
octocall synth --out work/android $exams
octocall compiled android --data work/android --rows 12000 --out work/compiled
set -- --data work/books --data work/operations:45000 --data work/public --data work/compiled
octocall train-base "$@" --out work/base-run --steps 10800 --batch-size 24 --dropout 0 --learning-rate 6e-4 --encoder-rate 2e-4
octocall export-base --data work/books --data work/public --run work/base-run --out work/base
octocall bench v1 work/operations --bundle work/base
