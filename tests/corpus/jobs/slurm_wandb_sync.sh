#!/bin/bash
#SBATCH --gres=gpu:1
export WANDB_MODE=offline
python train.py --project sweep
wandb sync wandb/offline-*
