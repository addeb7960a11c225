#!/bin/bash
#SBATCH --gres=gpu:1
CMD="python train.py --config configs/base.yaml --seed 1"
echo "$CMD"
eval "$CMD"
