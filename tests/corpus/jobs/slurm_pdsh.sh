#!/bin/bash
#SBATCH -N 2
pdsh -w "$SLURM_JOB_NODELIST" python $PWD/train.py --local
