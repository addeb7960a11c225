#!/bin/bash
#SBATCH --gres=gpu:1
python train.py \
    --lr 0.1 \
    # --wd 0.01 \
    --epochs 10
