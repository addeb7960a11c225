#!/bin/bash
#SBATCH --gpus=1
set -euo pipefail
WORK=$(mktemp -d -p "${SLURM_TMPDIR:-/tmp}")
cleanup() { rsync -a "$WORK/out/" "$HOME/out/" || true; rm -rf "$WORK"; }
trap cleanup EXIT INT TERM
tar -xf data.tar -C "$WORK"
cp -r src "$WORK"
cd "$WORK/src"
python train.py --data "$WORK/data" --out "$WORK/out"
