#!/bin/bash
#SBATCH --time=10:00
for seed in "$@"; do
    python train.py --seed $seed
done
