#!/bin/sh
# Builds the base from its sources: rows of function books, of published operations and of public requests, training, export, measuring.
# Needs the extras train and cluster, and the data sets of OCTOCALL_DATA (else ../shared/data); exam files named as arguments are kept out of the data.
set -e
data=${OCTOCALL_DATA:-../shared/data}
exams=
for file in "$@"; do exams="$exams --exam $file"; done
octocall books --out work/books $exams
octocall dataset --catalogue "$data/api-catalogue" --out work/operations $exams
octocall train-base --data work/books --data work/operations --out work/base-run
octocall export-base --data work/books --data work/operations --run work/base-run --out work/base
octocall bench v1 work/operations --bundle work/base
