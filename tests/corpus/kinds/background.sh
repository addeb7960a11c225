#!/bin/bash
#SBATCH --gpus=2
for fold in 0 1; do
    python fit.py --fold $fold &
done
wait
