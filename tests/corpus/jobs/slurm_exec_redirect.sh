#!/bin/bash
#SBATCH --gres=gpu:1
exec > >(tee -a "log_$SLURM_JOB_ID.txt") 2>&1
python train.py
echo "end: $(date)"
