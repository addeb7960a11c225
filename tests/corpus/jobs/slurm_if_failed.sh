#!/bin/bash
#SBATCH --time=10:00
if ! python simulate.py --steps 1000; then
    echo "simulation failed" >&2
    exit 1
fi
