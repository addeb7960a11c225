#!/bin/bash
#SBATCH --gpus=1
export WANDB_API_KEY=$(cat ~/.wandb_key)
wandb login --relogin "$WANDB_API_KEY" > /dev/null 2>&1
wandb online
nvidia-smi
python3 -m project.train --cfg base
wandb sync --sync-all
