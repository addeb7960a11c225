#!/bin/bash
#SBATCH --gres=gpu:1
SRUN="srun --cpu-bind=cores"
env PYTHONUNBUFFERED=1 WANDB_MODE=offline $SRUN "${PYTHON:-python}" "$HOME/src/train.py" --tag `date +%F`
