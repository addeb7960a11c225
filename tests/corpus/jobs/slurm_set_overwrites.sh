#!/bin/bash
#SBATCH --gres=gpu:1
set -- --epochs 3
python train.py "$@"
