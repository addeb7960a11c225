#!/bin/bash
#SBATCH --gpus=1
python fit.py \
    --epochs 3 \
    # --amp \
    --seed 1
