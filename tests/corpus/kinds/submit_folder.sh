#!/bin/bash
#SBATCH --gpus=1
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if [ -n "${SLURM_SUBMIT_DIR:-}" ]; then
  HERE="$SLURM_SUBMIT_DIR"
fi
cd "$HERE"
python fit.py
