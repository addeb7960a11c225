#!/bin/bash
#SBATCH --gres=gpu:1
SEED=${1:-0}
python main.py --seed $SEED --agent sac
