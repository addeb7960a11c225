#!/bin/bash
#SBATCH --time=1:00:00
for lr in 0.1 0.01; do
  for wd in 0 1e-4; do
    srun python train.py --lr $lr --wd $wd
  done
done
