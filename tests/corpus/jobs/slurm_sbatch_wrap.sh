#!/bin/bash
for seed in 1 2 3; do
    sbatch --gres=gpu:1 --wrap "python train.py --seed $seed"
    sleep 1
done
