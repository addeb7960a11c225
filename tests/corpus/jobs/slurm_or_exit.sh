#!/bin/bash
#SBATCH --time=10:00
cd "$SLURM_SUBMIT_DIR" || exit 1
python simulate.py --steps 1000 || exit 1
echo ok
