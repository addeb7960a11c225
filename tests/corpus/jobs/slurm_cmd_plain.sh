#!/bin/bash
#SBATCH --gres=gpu:1
CMD="python train.py --config configs/base.yaml"
echo "Running: $CMD"
$CMD
