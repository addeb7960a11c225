#!/usr/bin/env bash
set -eu

#SBATCH -J vision
#SBATCH -t 12:00:00
#SBATCH --gpus=2

srun torchrun fit.py --epochs 30
