#!/bin/bash
#SBATCH --time=10:00
tmp=$(mktemp -d)
cleanup() {
    cp -r "$tmp"/* "$SLURM_SUBMIT_DIR"
    rm -rf "$tmp"
}
trap cleanup EXIT
cd "$tmp"
python "$SLURM_SUBMIT_DIR/fit.py" --order 3
