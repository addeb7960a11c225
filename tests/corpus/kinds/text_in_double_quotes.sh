#!/bin/bash
#SBATCH -N 1
DATA=/scratch/set
srun bash -c "RANK=\$SLURM_PROCID python fit.py --data $DATA --name run-$USER"
