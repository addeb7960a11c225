#!/usr/bin/env bash
set -euo pipefail

#SBATCH --job-name=bert
#SBATCH --time=24:00:00
#SBATCH --gres=gpu:4

srun torchrun pretrain.py --epochs 100
