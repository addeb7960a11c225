#!/bin/bash
#SBATCH -c 1
shopt -s nullglob
for f in data/*.csv; do
    python process.py --in "$f" --out "results/$(basename "$f" .csv).json" || exit 1
done
