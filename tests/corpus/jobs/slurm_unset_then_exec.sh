#!/bin/bash
#SBATCH --gpus=1
unset PYTHONHOME
exec python train.py --workers "$SLURM_CPUS_PER_TASK"
